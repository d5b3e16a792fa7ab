# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: cohort, each mode and function
load_cohort
for function in siphash clusterip; do
    for mode in sourceip sourceip-sourceport sourceip-sourceport-destport; do
        cohortctl cluster add bench --dev bench0 --vip "$VIP/24" --no-address --mac "$VMAC" \
            --function "$function" --hash "$mode"
        measure "udp, $function, $mode" foreign
        cohortctl cluster del bench
    done
done
