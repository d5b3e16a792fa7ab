#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets that reach the stack behind the device's ingress hooks: out of a
# priority tag within another, and back from the ifb device that shapes what
# comes in. They are judged like all others, once.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# topology:
#     node   192.0.2.1, 2001:db8::1 ──┬── service    VIPs 192.0.2.50, 2001:db8::50
#     client 192.0.2.9, 2001:db8::9 ──┘
source tests/vm/lib.sh

load_module
modprobe -a ifb act_mirred sch_ingress cls_matchall
lan_add service
ns_add node client
lan_join service node eth0 192.0.2.1/24
lan_join service client eth0 192.0.2.9/24
ip -n node addr add 2001:db8::1/64 dev eth0 nodad
ip -n node addr add 192.0.2.50/24 dev eth0
ip -n node addr add 2001:db8::50/128 dev eth0 nodad
ns node cohortctl cluster add web --dev eth0 --vip 192.0.2.50/24 --vip 2001:db8::50/64 --no-address ||
    bail "no cluster"

# judge WAY: by a node that owns all buckets, and by one that owns none
judge() {
    local verdict what
    for bucket in own release; do
        ns node cohortctl bucket $bucket web 0-4095
        while read -r verdict what; do
            case $verdict in
                ok) ok "$1, $bucket: $what" ;;
                *) not_ok "$1, $bucket: $verdict $what" ;;
            esac
        done < <(python3 -B tests/vm/scenarios/module-bypass.py $bucket 2>&1)
    done
}

judge "straight"
ip -n node link add ifb0 type ifb
ip -n node link set ifb0 up
ns node tc qdisc add dev eth0 ingress
ns node tc filter add dev eth0 parent ffff: matchall action mirred egress redirect dev ifb0
judge "through ifb"
is "no case was left out" "$tap_count" 56
