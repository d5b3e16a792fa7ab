#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A node dies outright. The other answers all of its flows within the bound of
# quorum mode `links`, and its own flows do not notice; then the dead node comes
# back and takes its half again. Three times, in different phases of the
# heartbeat and with either node.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh
source tests/vm/lib.sh
source tests/vm/two_nodes.sh

# S_take + what a takeover takes; lease 1 s.
BOUND_MS=1200

death() { # NODE PHASE
    local node=$1 peer what="$1 dies"
    local -A seen
    peer=$(other "$1")
    probe_start --period 1ms --tcp 32
    pass_time "$2"

    probe_mark dies
    node_die "$node"
    check_soon "$what: $peer serves all" 5 serves "$peer" 4096
    pass_time 1
    probe_mark back
    node_back "$node"
    check_soon "$what: it takes its half again" 30 halves
    pass_time 1
    probe_end seen

    local of_dead="events/dies/udp/by_owner/${node_id[$node]}" own="events/dies/udp/by_owner/${node_id[$peer]}"
    at_least "$what: it had flows" "${seen[$of_dead/flows]}" 80
    at_least "$what: they go dark" "${seen[$of_dead/dark_flows]}" 80
    at_most "$what: all are answered again within $BOUND_MS ms" "${seen[events/dies/udp/last_unanswered_ms]}" $BOUND_MS
    is "$what: no flow stays dark" "${seen[events/dies/udp/still_dark]}" 0
    is "$what: no flow of $peer misses an answer" "${seen[$own/unanswered]}" 0
    is "$what: no connection of $peer is lost" "${seen[events/dies/tcp/lost/${node_id[$peer]}]:-0}" 0
    # A flow asks every 256 ms, so this is one question.
    at_most "$what: when it is back, no flow misses two questions" "${seen[events/back/udp/blackout_max_ms]}" 300
    is "$what: no question is answered twice" "${seen[udp/twice]}" 0
    diag "dark: median ${seen[events/dies/udp/blackout_median_ms]} ms, longest ${seen[events/dies/udp/blackout_max_ms]} ms," \
        "until ${seen[events/dies/udp/last_unanswered_ms]} ms; back: ${seen[events/back/udp/unanswered]} unanswered," \
        "longest ${seen[events/back/udp/blackout_max_ms]} ms; connections lost ${seen[tcp/lost]}"
}

stage cohortd cohortctl echod probe switch socat
load_module
cluster_up
death beta 1.00
death alpha 1.03
death beta 1.07
