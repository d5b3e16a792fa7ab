#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What mode links assumes, broken on purpose: no link carries a heartbeat any more,
# in either direction, while both daemons live and clients reach both nodes. For
# S_take nothing is answered twice; then both nodes serve all, and all is, until a
# link is back. The daemons say what happened, and share as before.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh
source tests/vm/lib.sh
source tests/vm/two_nodes.sh
source tests/vm/failover.sh

# H + 3 d + k, as in section 10.1.
HEAL_MS=$((100 + 3 * 5 + 5))

cut_all() {
    wire cut $SERIAL.alpha
    lan_down backup
    heartbeats_filter service
}
alarmed() { grep -q 'double ownership' "/run/$1/cohortd.log"; }
alarm() { alarmed alpha || alarmed beta; }

# While both serve all I1 is violated, and that is found as I8: of two nodes one takes
# over by silence, and the other is not dark.
check_violation() {
    local words
    traces_checked=yes
    stage cohort-trace-check
    words=$(cohort-trace-check /run/alpha/trace /run/beta/trace 2>&1)
    is "the traces show a violation" $? 1
    check "of I8" grep -q '^I8: node . takes over while node . still serves' <<<"$words"
    diag "$words"
}

stage cohortd cohortctl echod probe switch socat
load_module
bounds
cluster_up
# Once before it counts, since the first time loads modules.
heartbeats_filter service
heartbeats_pass service
probe_start "${ASKS[@]}"
pass_time 1

check_fails "there is no alarm before" alarm
strikes cut cut_all
check_soon "alpha comes to serve all" 5 serves alpha $BUCKETS
check_soon "and so does beta" 5 serves beta $BUCKETS
pass_time 1
strikes healed lan_up backup
check_soon "one link is back: both share again" 30 halves
pass_time 0.5
check "there is an alarm" alarm
probe_mark mended
heartbeats_pass service
wire heal $SERIAL.alpha
check_soon "all links are back" 5 link_is alpha $SERIAL up
check "and both share" halves
pass_time 1
probe_end seen

cut=events/cut/udp healed=events/healed/udp
at_least "nothing is answered twice before S_take, less a heartbeat, in ms" "${seen[$cut/first_twice_ms]}" \
    $((PROMISE_MS - 100))
at_least "then it is, whoever asks" "${seen[$cut/twice]}" 900
is "no question goes unanswered" "${seen[$cut/unanswered]}" 0
at_most "a link is back: nothing is answered twice any more, in ms" "${seen[$healed/last_twice_ms]:-0}" \
    $((HEAL_MS + took[healed]))
is "all links are back: nothing is answered twice" "${seen[events/mended/udp/twice]}" 0
unharmed mended "all links are back" alpha beta
back healed "a link is back"
figures cut
diag "answered by two from ${seen[$cut/first_twice_ms]} ms of the cut on, until ${seen[$healed/last_twice_ms]:-0} ms" \
    "after a link was back; $(grep -h 'double ownership' /run/{alpha,beta}/cohortd.log)"
check_violation
