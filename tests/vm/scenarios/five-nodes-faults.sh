#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Five nodes with a majority, and what can befall one of them but its death and the loss
# of single paths: it loses its cable, its daemon ends, that of the planner hangs, it is
# cut off from the others and not from clients. Another lease and heartbeat can be
# given; by default they are half of cohortd's.
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
harm cable n2 "n2's service cable is pulled" "$LINK_MS" "cable_pull n2" "cable_plug n2"
silence killed n3 "n3's daemon is killed" "$CRASH_MS" "daemon_signal KILL n3" "daemon_start n3"
silence stopped n1 "n1's daemon hangs" "$CRASH_MS" "daemon_signal STOP n1" "daemon_signal CONT n1"
without_heartbeats cut-off n5 "n5 is cut off" "$CRASH_MS" isolate
many_end
