#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Memory runs out at each allocation in turn: of every request, of a device that
# is renamed, of a namespace's and of the module's beginning and end. What is
# asked for is done, or refused and nothing has changed; the kernel's checkers
# have nothing to say, and nothing is leaked (which the runner sees to).
#
# kernels: debug
# icount: yes
# memory: 768
# timeout: 900
source tests/vm/lib.sh

for needed in /proc/self/fail-nth /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
    if [[ ! -e $needed ]]; then
        skip "this kernel has no $needed: allocations do not fail at will" "memory that runs out"
        exit 0
    fi
done
load_module
ip link add eth8 type veth peer name eth9 || bail "no devices"
ip link set eth8 up
ip link set eth9 up
# Someone listens: events are allocated, too.
cohortctl --json monitor >/dev/null 2>/tmp/listening &
monitor=$!
wait_until 20 grep -q listening /tmp/listening || bail "no monitor"

while read -r verdict what; do
    case $verdict in
        ok) ok "$what" ;;
        not_ok) not_ok "$what" ;;
        *) diag "$verdict $what" ;;
    esac
done < <(python3 -B tests/vm/scenarios/module-failslab.py "$@" 2>&1 && echo ok the cases came to their end)
(($#)) || is "no case was left out" "$tap_count" 36
alive $monitor || diag "the monitor has ended"
check "clusters can be added now" cohortctl cluster add web --dev eth8 --vip 192.0.2.50/24 --no-address
