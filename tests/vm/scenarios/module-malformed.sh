#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets that are cut off at any byte, that lie about every length, that overlap,
# whose bytes lie scattered, and plain noise: whatever comes in, no byte is read
# that is not the packet's (which the debug kernel sees to), and what can be judged
# is judged.
#
# kernels: debug
# icount: yes
# memory: 512
# timeout: 900
# topology:
#     node   192.0.2.1 ──┬── service    VIP 192.0.2.50
#     client 192.0.2.9 ──┘  frames of up to 9000 bytes
source tests/vm/lib.sh

load_module
lan_add service
ns_add node client
lan_join service node eth0 192.0.2.1/24
lan_join service client eth0 192.0.2.9/24
for end in service:br0 service:node service:client node:eth0 client:eth0; do
    ip -n "${end%:*}" link set "${end#*:}" mtu 9000 || bail "no large frames on $end"
done
ip -n node addr add 192.0.2.50/24 dev eth0
# Nobody is to answer: what is accepted ends here.
ns node sysctl -qw net.ipv4.icmp_echo_ignore_all=1

while read -r verdict what; do
    case $verdict in
        ok) ok "$what" ;;
        not_ok) not_ok "$what" ;;
        *) diag "$verdict $what" ;;
    esac
done < <(python3 -B tests/vm/scenarios/module-malformed.py 2>&1 && echo ok the cases came to their end)
is "no case was left out" "$tap_count" 184
