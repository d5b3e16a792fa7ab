# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sixteen nodes with a majority. Source after lib.sh, in a scenario whose arguments
# may be a lease and a heartbeat other than cohortd's. Besides both LANs of nodes.sh,
# where heartbeats go to a group, there is a ring of null-modem cables, as fast as the
# heartbeats of all nodes need:
#
#     n1 ═ ring1 ═ n2 ═ ring2 ═ n3 … n16 ═ ring16 ═ n1
source tests/vm/nodes.sh
source tests/vm/failover.sh
source tests/vm/many_nodes.sh

# shellcheck disable=SC2034 # of nodes.sh
LEASE=${1:-1s} HEARTBEAT=${2:-100ms} GROUP=239.1.1.1 BAUD=921600
# A heartbeat of each node to all others is 480 frames that one processor sends, carries
# and reads here, by both LANs: that takes it 20 ms, and 30 ms beside what else is done.
DELAY_MS=30
nodes n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 n12 n13 n14 n15 n16
ring
