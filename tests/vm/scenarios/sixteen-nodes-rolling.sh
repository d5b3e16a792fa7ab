#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sixteen nodes with a majority, at cohortd's default heartbeat: all daemons are
# replaced and restarted, one after another. Another lease and heartbeat can be
# given, and one LAN as the only one that carries heartbeats.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# memory: 1024
# timeout: 7200
# topology: see nodes.sh
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh
source tests/vm/many_nodes.sh

# shellcheck disable=SC2034 # of nodes.sh
LEASE=${1:-1s} HEARTBEAT=${2:-100ms}
[[ -z ${3-} ]] || LANS=("$3")
nodes n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 n12 n13 n14 n15 n16

many_up
upgrade
restart
many_end
