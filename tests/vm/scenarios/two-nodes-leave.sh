#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A node leaves gracefully, on SIGTERM: its buckets are handed over before its
# daemon ends, and new flows wait less than 50 ms. Or its daemon is restarted, by
# SIGUSR1: nothing moves, and no client notices. Nor does the host: what the daemons
# take is looked at as well.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh
source tests/vm/lib.sh
source tests/vm/two_nodes.sh
source tests/vm/failover.sh

GAP_MS=50

leaves() { # NODE
    local node=$1 peer
    local -A seen
    peer=$(other "$1")
    probe_start --period 1ms --tcp 32
    pass_time 1

    probe_mark leaves
    daemon_leave "$node"
    check_soon "$node leaves: its daemon ends" 10 daemon_ended "$node"
    check "$node leaves: $peer serves all by then" serves "$peer" 4096
    is "$node leaves: the daemon says that all is well" "$(<"/run/$node/cohortd.status")" 0
    pass_time 1
    probe_mark returns
    daemon_start "$node"
    check_soon "$node returns: it takes its half again" 30 halves
    pass_time 1
    probe_end seen

    at_most "$node leaves: its flows wait less than $GAP_MS ms" "${seen[events/leaves/udp/last_unanswered_ms]:-0}" $GAP_MS
    is "$node leaves: no flow of $peer misses an answer" \
        "${seen[events/leaves/udp/by_owner/${node_id[$peer]}/unanswered]}" 0
    at_most "$node leaves: a new connection waits at most for its next SYN" "${seen[events/leaves/connects/slowest_ms]}" 1100
    is "$node leaves: no question is answered twice" "${seen[udp/twice]}" 0
    diag "leaves: ${seen[events/leaves/udp/unanswered]} unanswered, until ${seen[events/leaves/udp/last_unanswered_ms]:-0} ms;" \
        "returns: ${seen[events/returns/udp/unanswered]} unanswered, longest ${seen[events/returns/udp/blackout_max_ms]} ms"
}

restarts() { # NODE
    local node=$1 before
    # shellcheck disable=SC2034 # of failover.sh
    local -A seen
    before=$(epoch "$node")
    probe_start --period 1ms --tcp 32
    pass_time 1
    probe_mark restart
    daemon_signal USR1 "$node"
    check_soon "$node is restarted: its daemon ends" 5 daemon_ended "$node"
    daemon_start "$node"
    check_soon "$node is restarted: both serve their halves" 5 halves
    pass_time 1
    is "$node is restarted: the epoch is that of before" "$(epoch "$node")" "$before"
    probe_end seen
    unharmed restart "$node is restarted" "${NODES[@]}"
    once
}

stage cohortd cohortctl echod probe switch socat
load_module
cluster_up
footprint
restarts alpha
restarts beta
leaves alpha
leaves beta
