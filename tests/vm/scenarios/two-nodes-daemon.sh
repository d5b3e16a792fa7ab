#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cohortd ends or hangs, and the node's kernel lives on: it falls silent when
# its lease ends, and only then does the other node answer. A daemon that wakes
# up after ten seconds, and one that is started anew, take part again.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh
source tests/vm/lib.sh
source tests/vm/two_nodes.sh

BOUND_MS=1200
LEASE_MS=1000

bounded() { # EVENT NODE WHAT
    local peer own
    peer=$(other "$2")
    own="events/$1/udp/by_owner/${node_id[$peer]}"
    at_most "$3: all flows are answered within $BOUND_MS ms" "${seen[events/$1/udp/last_unanswered_ms]}" $BOUND_MS
    at_most "$3: and are dark for no longer than a takeover after the lease" "${seen[events/$1/udp/blackout_max_ms]}" $((BOUND_MS + 256 - LEASE_MS + 100))
    is "$3: no flow of $peer misses an answer" "${seen[$own/unanswered]}" 0
    is "$3: no connection of $peer is lost" "${seen[events/$1/tcp/lost/${node_id[$peer]}]:-0}" 0
}

accepted() { ns "$1" cohortctl --json stats web | grep -o '"accepted": [0-9]*'; }

declare -A seen
stage cohortd cohortctl echod probe switch socat
load_module
cluster_up
probe_start --period 1ms --tcp 32
pass_time 1

probe_mark killed
kill -KILL "${daemon[beta]}"
check_soon "beta's kernel ends its lease by itself" 2 kernel_silent beta
silent_at=$(accepted beta)
check_soon "alpha serves all" 2 serves alpha 4096
pass_time 2
is "beta's kernel accepts nothing more" "$(accepted beta)" "$silent_at"

probe_mark restarted
daemon_start beta
check_soon "beta takes its half again" 30 halves
pass_time 1

probe_mark stopped
kill -STOP "${daemon[alpha]}"
check_soon "alpha's kernel ends its lease by itself" 2 kernel_silent alpha
check_soon "beta serves all" 2 serves beta 4096
pass_time 8
probe_mark continued
kill -CONT "${daemon[alpha]}"
check_soon "alpha takes its half again" 30 halves
pass_time 1
probe_end seen

bounded killed beta "cohortd killed"
bounded stopped alpha "cohortd stopped"
is "at no instant do two nodes answer" "${seen[udp/twice]}" 0
is "nor does one answer twice" "${seen[udp/repeats]}" 0
for event in killed restarted stopped continued; do
    diag "$event: ${seen[events/$event/udp/unanswered]} unanswered, longest ${seen[events/$event/udp/blackout_max_ms]} ms," \
        "until ${seen[events/$event/udp/last_unanswered_ms]:-0} ms"
done
