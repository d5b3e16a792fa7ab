# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: cohort, siphash over source address and port
load_cohort
cohortctl cluster add bench --dev bench0 --vip "$VIP/24" --no-address --mac "$VMAC"
measure udp foreign
measure tcp foreign protocol=tcp
measure icmp foreign protocol=icmp
cohortctl bucket own bench 0-4095
measure 'owned udp' accepted
measure 'owned tcp' accepted protocol=tcp
measure 'owned icmp' accepted protocol=icmp
# Not for the cluster, but past its hooks: what its neighbours pay.
ip address add 192.0.2.60/24 dev bench0
measure 'udp to another address' accepted dst=192.0.2.60
cohortctl cluster del bench
