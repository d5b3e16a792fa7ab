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
source tests/vm/many_nodes.sh

# shellcheck disable=SC2034 # of daemons.sh
LEASE=${1:-500ms} HEARTBEAT=${2:-50ms}
nodes n1 n2 n3

many_up
many_ask
for node in n1 n3; do
    silence "deaf-$node" $node "$node hears nobody" "$DEAF_MS" "lose_on_lans filter $node" lans_again
    silence "mute-$node" $node "nobody hears $node" "$CRASH_MS" "lose_on_lans mute $node" lans_again
done
for pair in "n1 n2" "n1 n3" "n2 n3"; do
    lose_path "${pair/ /-}-on-backup" "$pair are apart on the backup LAN" \
        "heartbeats_part backup $pair" "heartbeats_pass backup"
done
lose_path n2-n3 "n2 and n3 are apart" "lose_on_lans part n2 n3" lans_again
lose_path n1-to-n3 "n3 does not hear n1" "lose_on_lans deafen n3 n1" lans_again
parts n1-n2 part n1 n2
parts n3-to-n1 deafen n1 n3
many_end
