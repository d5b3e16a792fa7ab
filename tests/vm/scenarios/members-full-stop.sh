#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two nodes in mode links become three with a majority, and two again, by what
# cohortd(8) tells the operator to do: all are stopped, get new files, and are
# started. Clients wait for the hold of a start and some, and nobody answers twice.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 1800
# topology: see nodes.sh; n3 is there, and of the cluster while it has three nodes
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh

nodes n1 n2 n3
cables null-modem=n1,n2
bounds

# A start's hold, after nobody has been missed for T_detect.
START_MS=$((CRASH_MS + 350))

# stopped EVENT NODE…: as the service manager does it, one after another.
stopped() {
    local node
    probe_mark "$1"
    for node in "${@:2}"; do
        daemon_leave "$node"
        check_soon "$1: $node's daemon ends" 10 daemon_ended "$node"
        is "$1: $node's daemon says that all is well" "$(<"/run/$node/cohortd.status")" 0
    done
    traces_anew
    for node in "${NODES[@]}"; do
        is "$1: $node serves nothing" "$(ns "$node" cohortctl --json cluster show)" "[]"
    done
}

# started EVENT: with the files of what the cluster is to be.
started() {
    local node
    for node in "${NODES[@]}"; do
        configure "$node"
    done
    [[ -e /run/${NODES[-1]}/state ]] || check "$1: --init on ${NODES[-1]}" init "${NODES[-1]}"
    strikes "$1" start_all
    check_soon "$1: ${NODES[*]} share" 20 share "${NODES[@]}"
    check_soon "$1: there is nothing to be settled" 5 members_are settled "${NODES[@]}"
    pass_time $SETTLE
}
start_all() {
    local node
    for node in "${NODES[@]}"; do
        daemon_start "$node"
    done
}

# answered EVENT WHAT
answered() {
    at_most "$2: all are answered within $START_MS ms" "${seen[events/$1/udp/last_unanswered_ms]}" \
        $((START_MS + took[$1]))
    is "$2: no flow stays dark" "${seen[events/$1/udp/still_dark]}" 0
    figures "$1"
}

stage cohortd cohortctl echod probe switch socat
load_module
network_up
cables_up
majority=$QUORUM
NODES=(n1 n2) QUORUM='mode = "links"'
daemons_up
probe_start "${ASKS[@]}"
pass_time 0.5

stopped two-stop n2 n1
NODES=(n1 n2 n3) QUORUM=$majority
started three
stopped three-stop n3 n1 n2
NODES=(n1 n2) QUORUM='mode = "links"'
started two
probe_end seen

answered three "two nodes become three"
answered two "three nodes become two"
once
