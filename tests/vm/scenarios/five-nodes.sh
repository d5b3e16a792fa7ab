#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Five nodes with a majority: each dies once, two die at once, three do; each LAN
# is lost; all daemons are replaced and restarted, one after another. Another lease
# and heartbeat can be given; by default they are half of cohortd's.
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
footprint
many_ask
for node in "${NODES[@]}"; do
    die "dies-$node" "$node"
done
die two n1 n4
die_too_many three n1 n2 n3
lose_path backup "the backup LAN is lost" "lan_down backup" "lan_up backup"
lose_path service "heartbeats are lost on the service LAN" "heartbeats_filter service" "heartbeats_pass service"
upgrade
restart
many_end
