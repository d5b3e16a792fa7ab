#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Three nodes with a majority, each of whose paths fails in turn, on both LANs at
# once: a node hears nobody, nobody hears a node, two nodes do not hear each other,
# or one of them not the other. Clients reach all nodes throughout. A node that
# hears or is heard by nobody is taken over from; where only two lose each other the
# third passes their heartbeats on, and nothing moves. Another lease and heartbeat
# can be given.
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

# keeps EVENT HOW NODE…: nothing moves, for as long as a takeover would need.
keeps() {
    owners_are "$1-before" "${NODES[@]}"
    probe_mark "$1"
    lose "${@:2}"
    pass_time 2
    owners_are "$1" "${NODES[@]}"
    pass
    check_soon "$1: all share" 30 share "${NODES[@]}"
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
keeps apart-n1-n2 part n1 n2
keeps apart-n1-n3 part n1 n3
keeps apart-n2-n3 part n2 n3
for to in n1 n2 n3; do
    for from in $(others $to); do
        keeps "$from-to-$to" deafen $to "$from"
    done
done
probe_end seen

for node in n1 n3; do
    bounded "deaf-$node" "$node hears nobody" "$CRASH_MS" $node
    silent "deaf-$node" "$node hears nobody" $node
    bounded "mute-$node" "nobody hears $node" "$CRASH_MS" $node
    silent "mute-$node" "nobody hears $node" $node
done
for event in apart-n1-n2 apart-n1-n3 apart-n2-n3 n{1-to-n2,1-to-n3,2-to-n1,2-to-n3,3-to-n1,3-to-n2}; do
    unharmed "$event" "$event" "${NODES[@]}"
    is "$event: no bucket moves" "$(moved "$event-before" "$event")" ""
done
once
