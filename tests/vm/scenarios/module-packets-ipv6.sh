#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What of an IPv6 packet decides its bucket, for every protocol and in every
# shape: extension headers, fragments, ICMPv6 errors, headers that lie; what
# neighbours tell one another is for all. Two nodes look at each frame, and their
# counters tell that one of them took it.
#
# kernels: 6.1 6.12 debug
# everyday: 6.12
# icount: yes
# timeout: 900
# topology:
#     alpha  ──┐                       VIPs 2001:db8::50 and 2001:db8:5::1,
#     beta   ──┼── service             192.0.2.50; two buckets, one each
#     client ──┘
source tests/vm/lib.sh

load_module
modprobe -a bridge veth
lan_add service
ns_add alpha beta client
sysctl -qw net.ipv6.conf.default.accept_dad=0
for node in alpha beta client; do
    lan_join service $node eth0
done
for node in alpha beta; do
    ip -n $node addr add 2001:db8::50/128 dev eth0 nodad
done

while read -r verdict what; do
    case $verdict in
        ok) ok "$what" ;;
        not_ok) not_ok "$what" ;;
        *) diag "$verdict $what" ;;
    esac
done < <(python3 -B tests/vm/scenarios/module-packets-ipv6.py 2>&1 && echo ok the cases came to their end)
is "no case was left out" "$tap_count" 547
