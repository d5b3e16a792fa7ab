#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What of a packet decides its bucket, for every protocol and in every shape: IP
# options, fragments, ICMP errors, headers that lie, frames that are not for the
# cluster at all. The counters of a node tell what became of each packet.
#
# kernels: 6.1 6.12 debug
# icount: yes
# timeout: 1200
# topology:
#     node   192.0.2.1 eth0 ──┐          VIP 192.0.2.50, two buckets,
#            198.18.0.1 eth1 ─┼─┐        of which the node owns the first
#     client 192.0.2.9 eth0 ──┘ │
#            198.18.0.9 eth1 ───┘
source tests/vm/lib.sh

stage cohortctl python3 ping
load_module
modprobe -a bridge veth 8021q
lan_add service
lan_add other
ns_add node client
lan_join service node eth0 192.0.2.1/24
lan_join service client eth0 192.0.2.9/24
lan_join other node eth1 198.18.0.1/24
lan_join other client eth1 198.18.0.9/24
ip -n node addr add 192.0.2.50/24 dev eth0

while read -r verdict what; do
    case $verdict in
        ok) ok "$what" ;;
        not_ok) not_ok "$what" ;;
        *) diag "$verdict $what" ;;
    esac
done < <(python3 -B tests/vm/scenarios/module-packets.py 2>&1 && echo ok the cases came to their end)
is "no case was left out" "$tap_count" 145
