#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Memory runs out at each allocation in turn: of a table with rules for the target
# CLUSTERIP, of its files, of a namespace's and of the drop-in's beginning and end.
# What is asked for is done, or refused and nothing is left of it; the kernel's
# checkers have nothing to say, and nothing is leaked (which the runner sees to).
#
# kernels: debug
# icount: yes
# memory: 768
# timeout: 1800
source tests/vm/lib.sh
source tests/vm/clusterip.sh

for needed in /proc/self/fail-nth /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
    if [[ ! -e $needed ]]; then
        skip "this kernel has no $needed: allocations do not fail at will" "memory that runs out"
        exit 0
    fi
done
load_target
ip link add eth8 type veth peer name eth9 || bail "no devices"
ip link set eth8 up
ip link set eth9 up

while read -r verdict what; do
    case $verdict in
        ok) ok "$what" ;;
        not_ok) not_ok "$what" ;;
        *) diag "$verdict $what" ;;
    esac
done < <(python3 -B tests/vm/scenarios/clusterip-failslab.py "$@" 2>&1 && echo ok the cases came to their end)
(($#)) || is "no case was left out" "$tap_count" 19
