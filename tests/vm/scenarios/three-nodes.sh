#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Three nodes with a majority, and all that can befall one of them: it dies, loses
# its cable, its daemon ends or hangs, it is cut off from the others, it leaves. The
# others take over what was its, within the bound, and nothing else moves. Another
# lease and heartbeat can be given; by default they are half of cohortd's.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 1800
# topology: see nodes.sh
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh

# shellcheck disable=SC2034 # of daemons.sh
LEASE=${1:-500ms} HEARTBEAT=${2:-50ms}
nodes n1 n2 n3
bounds

# Its heartbeats are lost in both directions; clients still reach it.
cut_off() {
    heartbeats_isolate service "$1"
    lan_cut backup "$1"
}
cut_on() {
    heartbeats_pass service
    lan_heal backup "$1"
}

stage cohortd cohortctl echod probe
load_module
cluster_up
# Once before it counts, since the first time loads modules.
heartbeats_filter service
heartbeats_pass service
probe_start "${ASKS[@]}"
pass_time 0.5

fails dies n2 node_die n2
returns dies node_back n2

fails cable n3 cable_pull n3
returns cable cable_plug n3

fails killed n1 kill -KILL "${daemon[n1]}"
returns killed daemon_start n1

fails stopped n2 kill -STOP "${daemon[n2]}"
returns stopped kill -CONT "${daemon[n2]}"

owners_are backup-before "${NODES[@]}"
probe_mark backup
lan_down backup
check_soon "backup: it is silent" 5 link_is n1 backup silent
pass_time 2
owners_are backup "${NODES[@]}"
lan_up backup
check_soon "backup: it is heard" 5 link_is n1 backup up

fails cut-off n3 cut_off n3
check "cut-off: n3 serves nothing" serves n3 0
check "cut-off: n3's kernel is silent" kernel_silent n3
returns cut-off cut_on n3

fails leaves n1 daemon_leave n1
check_soon "leaves: n1's daemon ends" 10 daemon_ended n1
returns leaves daemon_start n1
probe_end seen

bounded dies "n2 dies" $CRASH_MS n2
bounded cable "n3's cable is pulled" $LINK_MS n3
bounded killed "n1's daemon is killed" $CRASH_MS n1
bounded stopped "n2's daemon hangs" $CRASH_MS n2
bounded cut-off "n3 is cut off" $CRASH_MS n3
silent killed "n1's daemon is killed" n1
silent stopped "n2's daemon hangs" n2
silent cut-off "n3 is cut off" n3
bounded leaves "n1 leaves" $LEAVE_MS n1
for event in dies cable killed stopped cut-off leaves; do
    back $event-back "$event, and it is back"
done
unharmed backup "the backup LAN is cut" "${NODES[@]}"
is "the backup LAN is cut: no bucket moves" "$(moved backup-before backup)" ""
once
