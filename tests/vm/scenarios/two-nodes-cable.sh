#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A node loses the cable of its service LAN and says so over what is left: the
# serial line and the backup LAN, then each alone. The other node answers all
# within 100 ms of the link's event, and its own flows do not notice.
#
# kernels: 6.1 6.12
# everyday: 6.1
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh
source tests/vm/lib.sh
source tests/vm/two_nodes.sh

BOUND_MS=100

pulled() { # NODE BY-WHAT
    local node=$1 peer what="$1's cable is pulled, $2 left"
    local -A seen
    peer=$(other "$1")
    probe_start --period 1ms --tcp 32
    pass_time 1

    probe_mark pulled
    cable_pull "$node"
    check_soon "$what: $peer serves all" 5 serves "$peer" 4096
    pass_time 1
    check "$what: $node serves nothing" serves "$node" 0
    probe_mark plugged
    cable_plug "$node"
    check_soon "$what: it takes its half again" 30 halves
    pass_time 1
    probe_end seen

    local own="events/pulled/udp/by_owner/${node_id[$peer]}"
    at_least "$what: it had flows" "${seen[events/pulled/udp/by_owner/${node_id[$node]}/flows]}" 80
    at_most "$what: all are answered again within $BOUND_MS ms" "${seen[events/pulled/udp/last_unanswered_ms]:-0}" $BOUND_MS
    is "$what: no flow of $peer misses an answer" "${seen[$own/unanswered]}" 0
    is "$what: no connection of $peer is lost" "${seen[events/pulled/tcp/lost/${node_id[$peer]}]:-0}" 0
    is "$what: no question is answered twice" "${seen[udp/twice]}" 0
    diag "pulled: until ${seen[events/pulled/udp/last_unanswered_ms]:-0} ms, ${seen[events/pulled/udp/unanswered]} unanswered;" \
        "plugged: ${seen[events/plugged/udp/unanswered]} unanswered, longest ${seen[events/plugged/udp/blackout_max_ms]} ms"
}

stage cohortd cohortctl echod probe switch socat
load_module
cluster_up
pulled beta "both paths"

wire cut $SERIAL.alpha
check_soon "the serial line is silent" 5 link_is alpha $SERIAL silent
pulled alpha "only the backup LAN"
wire heal $SERIAL.alpha
check_soon "the serial line is heard" 5 link_is alpha $SERIAL up

lan_cut backup beta
check_soon "the backup LAN is silent" 5 link_is alpha backup silent
pulled beta "only the serial line"
