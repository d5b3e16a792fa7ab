# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: cohort, IPv6
sysctl -q net.ipv6.conf.bench0.disable_ipv6=0
ip address add 2001:db8::50/64 dev bench0 nodad
ipv6=(src=2001:db8::1 dst=2001:db8::50)
measure 'udp, no cluster' accepted "${ipv6[@]}"
load_cohort
cohortctl cluster add bench --dev bench0 --vip 2001:db8::50/64 --no-address --mac "$VMAC"
measure udp foreign "${ipv6[@]}"
measure tcp foreign protocol=tcp "${ipv6[@]}"
measure icmp foreign protocol=icmp "${ipv6[@]}"
cohortctl bucket own bench 0-4095
measure 'owned udp' accepted "${ipv6[@]}"
measure 'owned tcp' accepted protocol=tcp "${ipv6[@]}"
measure 'owned icmp' accepted protocol=icmp "${ipv6[@]}"
ip address add 2001:db8::60/64 dev bench0 nodad
measure 'udp to another address' accepted src=2001:db8::1 dst=2001:db8::60
cohortctl cluster del bench
