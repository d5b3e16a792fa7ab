#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How long a dead node's clients wait: twenty deaths at each lease, in different
# phases of the heartbeat, of each node in turn. Prints the median and the most.
# Without an argument two nodes in mode links, with 3 three nodes with a majority.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 7200
# topology: see nodes.sh
source tests/vm/lib.sh
DEATHS=20
if [[ ${1:-2} == 2 ]]; then
    source tests/vm/two_nodes.sh
else
    source tests/vm/nodes.sh
    nodes n1 n2 n3
fi
source tests/vm/failover.sh

# death NUMBER: of the node whose turn it is; how long clients waited goes to /tmp/waits.
death() {
    local node=${NODES[$1 % ${#NODES[@]}]}
    probe_start --period 1ms --tcp 0 --connect-period 0ms
    # Heartbeats are of some tens of milliseconds: of all phases of them.
    pass_time "0.$((300 + $1 * 37 % 100))"
    probe_mark dies
    node_die "$node"
    # shellcheck disable=SC2046 # names
    wait_until 5 share $(others "$node") || cluster_bail "$node's share is not taken over"
    pass_time 0.3
    probe_end seen
    [[ ${seen[udp/twice]} == 0 && ${seen[events/dies/udp/still_dark]} == 0 ]] ||
        not_ok "death $1, lease $LEASE: ${seen[udp/twice]} answered twice, ${seen[events/dies/udp/still_dark]} flows dark"
    echo "${seen[events/dies/udp/last_unanswered_ms]}" >>/tmp/waits
    node_back "$node"
    wait_until 30 share "${NODES[@]}" || cluster_bail "$node does not come back"
}

# deaths LEASE HEARTBEAT
deaths() {
    local i sorted
    LEASE=$1 HEARTBEAT=$2
    bounds
    daemons_up
    : >/tmp/waits
    for ((i = 0; i < DEATHS; i++)); do
        death $i
    done
    daemons_down
    mapfile -t sorted < <(sort -n /tmp/waits)
    is "lease $1: there were so many deaths" ${#sorted[@]} $DEATHS
    at_most "lease $1: the longest wait is within the bound, in ms" "${sorted[-1]}" $CRASH_MS
    diag "lease $1, heartbeat $2: median ${sorted[DEATHS / 2]} ms, least ${sorted[0]} ms, most ${sorted[-1]} ms"
}

stage cohortd cohortctl echod probe switch socat sort rm
load_module
network_up
cables_up
deaths 1s 100ms
# A lease that a serial line is too slow for.
cables
deaths 300ms 30ms
