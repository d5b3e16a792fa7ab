#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Three nodes with a majority, whose paths to each other fail while clients reach them
# all: a node hears nobody, and nobody hears a node, which is taken over from; two
# nodes lose each other on one LAN, and nothing moves; or on both, in one direction
# or two, and a node is taken over from only if the planner is the one that does not
# hear it. Another lease and heartbeat can be given.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 3600
# topology: see nodes.sh
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh

# shellcheck disable=SC2034 # of daemons.sh
LEASE=${1:-500ms} HEARTBEAT=${2:-50ms}
nodes n1 n2 n3
bounds

# lose HOW NODE…: on both LANs; see heartbeats_* of nodes.sh.
lose() {
    local lan
    for lan in "${LANS[@]}"; do
        "heartbeats_$1" "$lan" "${@:2}"
    done
}
pass() {
    local lan
    for lan in "${LANS[@]}"; do
        heartbeats_pass "$lan"
    done
}

# parts EVENT BREAK MEND: for as long as a takeover would need.
parts() {
    owners_are "$1-before" "${NODES[@]}"
    probe_mark "$1"
    $2
    pass_time 2
    owners_are "$1" "${NODES[@]}"
    $3
    check_soon "$1: all share" 30 share "${NODES[@]}"
    pass_time $SETTLE
}
still() {
    unharmed "$1" "$1" "${NODES[@]}"
    is "$1: no bucket moves" "$(moved "$1-before" "$1")" ""
}

stage cohortd cohortctl echod probe
load_module
cluster_up
# Once before it counts, since the first time loads modules.
lose filter
pass
probe_start "${ASKS[@]}"
pass_time 0.5
for node in n1 n3; do
    fails "deaf-$node" $node lose filter $node
    returns "deaf-$node" pass
    fails "mute-$node" $node lose mute $node
    returns "mute-$node" pass
done
for pair in "n1 n2" "n1 n3" "n2 n3"; do
    parts "${pair/ /-}-apart-on-backup" "heartbeats_part backup $pair" "heartbeats_pass backup"
done
parts n2-n3-apart "lose part n2 n3" pass
parts n1-n2-apart "lose part n1 n2" pass
parts n3-to-n1 "lose deafen n1 n3" pass
parts n1-to-n3 "lose deafen n3 n1" pass
probe_end seen

for node in n1 n3; do
    bounded "deaf-$node" "$node hears nobody" $DEAF_MS $node
    silent "deaf-$node" "$node hears nobody" $node
    bounded "mute-$node" "nobody hears $node" "$CRASH_MS" $node
    silent "mute-$node" "nobody hears $node" $node
done
for event in {n1-n2,n1-n3,n2-n3}-apart-on-backup n2-n3-apart n1-to-n3; do
    still "$event"
done
for event in n1-n2-apart n3-to-n1; do
    is "$event: no flow stays dark" "${seen[events/$event/udp/still_dark]}" 0
    at_most "$event: a flow is dark for at most that of a crash, and until it asks again" \
        "${seen[events/$event/udp/blackout_max_ms]}" $((CRASH_MS + 256))
    figures "$event"
done
once
