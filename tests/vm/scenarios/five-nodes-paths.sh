#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Five nodes with a majority, whose paths to each other fail while clients reach them
# all: each node hears nobody, or is heard by nobody, and is taken over from; each loses
# each LAN in each direction, and each two of them lose each other, which nobody
# notices unless one of them plans. Another lease and heartbeat can be given.
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
nodes n1 n2 n3 n4 n5

many_up
many_ask
for node in "${NODES[@]}"; do
    silence "deaf-$node" "$node" "$node hears nobody" "$DEAF_MS" "lose_on_lans filter $node" lans_again
    silence "mute-$node" "$node" "nobody hears $node" "$CRASH_MS" "lose_on_lans mute $node" lans_again
done
lose_each_path
many_end
