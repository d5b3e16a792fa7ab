#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# module-malformed.sh for IPv6: packets that are cut off at any byte, extension
# headers that lie, pieces that overlap, bytes that lie scattered, plain noise, and
# neighbour discovery that a node sends with the like.
#
# kernels: debug
# icount: yes
# memory: 512
# timeout: 900
# topology:
#     node   2001:db8::1 ──┬── service    VIP 2001:db8::50
#     client 2001:db8::9 ──┘  frames of up to 9000 bytes
source tests/vm/lib.sh

load_module
lan_add service
ns_add node client
lan_join service node eth0
lan_join service client eth0
for end in service:br0 service:node service:client node:eth0 client:eth0; do
    ip -n "${end%:*}" link set "${end#*:}" mtu 9000 || bail "no large frames on $end"
done
ip -n node addr add 2001:db8::1/64 dev eth0 nodad
ip -n node addr add 2001:db8::50/128 dev eth0 nodad
# Nobody is to answer: what is accepted ends here.
ns node sysctl -qw net.ipv6.icmp.echo_ignore_all=1

while read -r verdict what; do
    case $verdict in
        ok) ok "$what" ;;
        not_ok) not_ok "$what" ;;
        *) diag "$verdict $what" ;;
    esac
done < <(python3 -B tests/vm/scenarios/module-malformed-ipv6.py 2>&1 && echo ok the cases came to their end)
is "no case was left out" "$tap_count" 226
