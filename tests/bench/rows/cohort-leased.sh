# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: cohort, under a lease
load_cohort
cohortctl cluster add bench --dev bench0 --vip "$VIP/24" --no-address --mac "$VMAC" --lease 3600s
cohortctl bucket set bench --epoch 1 --deadline 3600s
measure udp foreign
cohortctl bucket set bench --epoch 2 --own 0-4095 --deadline 3600s
measure 'owned udp' accepted
cohortctl bucket set bench --epoch 3 --own 0-4095 --deadline 1ms
measure 'expired udp' foreign
