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

# takeovers LEASE HEARTBEAT
takeovers() {
    LEASE=$1 HEARTBEAT=$2
    bounds
    daemons_up
    deaths $DEATHS "${NODES[@]}"
    daemons_down
    is "lease $1: there were so many deaths" ${#waits[@]} $DEATHS
    at_most "lease $1: the longest wait is within the bound, in ms" "${waits[-1]}" $CRASH_MS
    diag "lease $1, heartbeat $2: median ${waits[DEATHS / 2]} ms, least ${waits[0]} ms, most ${waits[-1]} ms"
}

stage cohortd cohortctl echod probe switch socat sort rm
load_module
network_up
cables_up
takeovers 1s 100ms
# A lease that a serial line is too slow for.
cables
takeovers 300ms 30ms
