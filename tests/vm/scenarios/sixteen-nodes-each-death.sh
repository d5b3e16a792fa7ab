#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sixteen nodes with a majority, at cohortd's default heartbeat: each dies in turn, and
# is taken over from. Another lease and heartbeat can be given.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# memory: 1024
# timeout: 7200
# topology: see sixteen_nodes.sh
source tests/vm/lib.sh
source tests/vm/sixteen_nodes.sh

many_up
many_ask
for node in "${NODES[@]}"; do
    die "dies-$node" "$node"
done
many_end
