#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Nodes come and go one at a time while the others serve, by what cohortd(8) tells the
# operator to do, node by node. A change waits for every node that is heard, also for
# one that dies meanwhile and comes back; a dead one holds up none that has a quorum
# without it. The next change is refused until the last one is settled, and a node is
# not removed before it is stopped. One that is started with an old file serves
# nothing beside the others, and says what differs.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 3600
# topology: see nodes.sh; n4 and n5 are there, and of the cluster from when they join
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh

nodes n1 n2 n3 n4 n5
bounds

# file NODES NODE…: the files of these name those.
file() {
    local NODES node
    read -ra NODES <<<"$1"
    for node in "${@:2}"; do
        configure "$node"
    done
}

# reloaded NODE…: one after another.
reloaded() {
    local node
    for node; do
        check "$node reads its file again" reload "$node"
    done
}

# told NODES NODE…: by an operator, on one after another of these.
told() {
    local node
    for node in "${@:2}"; do
        file "$1" "$node"
        reloaded "$node"
    done
}

# changes EVENT COMMAND…: what the command brings about moves nothing.
changes() {
    owners_are "$1-before" "${NODES[@]}"
    probe_mark "$1"
    "${@:2}"
    owners_are "$1" "${NODES[@]}"
}

# joins NODE NODES: started as a new node, once the others know these.
joins() {
    file "$2" "$1"
    probe_mark "$1-joins"
    check "$1: --init" init "$1"
    daemon_start "$1"
    NODES+=("$1")
    check_soon "$1 joins: each of ${NODES[*]} serves as much" 20 share "${NODES[@]}"
    pass_time $SETTLE
}

# of NODES COMMAND…: judges what was when these were the cluster.
of() {
    read -ra NODES <<<"$1"
    "${@:2}"
}

# unnoticed EVENT WHAT
unnoticed() {
    is "$2: no question goes unanswered" "${seen[events/$1/udp/unanswered]}" 0
    unharmed "$1" "$2" "${NODES[@]}"
    is "$2: no bucket moves" "$(moved "$1-before" "$1")" ""
}

stage cohortd cohortctl echod probe
load_module
network_up
NODES=(n1 n2 n3)
daemons_up
probe_start "${ASKS[@]}"
pass_time 0.5

# A fourth one. Before all know it, n3 dies: three of four would be needed for it, two of
# three for what is.
first_two() {
    told "n1 n2 n3 n4" n1 n2
    check "n1 and n2 have staged it" members_are staged n1 n2
    check_soon "n1 names the node that has not" 5 logged n1 "n3 has not taken the new set of nodes yet"
}
changes staged first_two
fails dies n3 node_die n3
pass_time 2
check "the change waits" members_are staged n1 n2
returns dies node_back n3
check "the change still waits" members_are staged n1 n2
the_third() {
    told "n1 n2 n3 n4" n3
    check_soon "once n3 has it, too, it holds, and is settled" 5 members_are settled n1 n2 n3
    pass_time $SETTLE
}
changes made the_third
joins n4 "n1 n2 n3 n4"

# A fifth one, while n4 is dead: four of five make do without it. Before n4's promises
# have run out this is not settled. n1 plans, so it is the last to be told.
# What follows n4's death takes half of the time that its promises last; questions
# must not be asked so rarely as elsewhere.
change_again() {
    local POLL=0.02
    check_soon "late: n1 misses n4" 5 sees n1 n4 silent
    reloaded n2 n3 n1
    check_soon "without n4 the change holds" 5 members_are unsettled n1
    file "n1 n2 n3 n5" n1
    check "another change is refused before that" refused n1 "the last change of nodes, or the start, is not settled yet"
    file "n1 n2 n3 n4 n5" n1
}
file "n1 n2 n3 n4 n5" n1 n2 n3
owners_are late-before "${NODES[@]}"
strikes late node_die n4
change_again
check_soon "once n4 can hold nothing any more it is settled" 5 members_are settled n1 n2 n3
check_soon "late: n1 n2 n3 serve all, each its share" 5 share n1 n2 n3
owners_are late n1 n2 n3
pass_time $SETTLE
NODES=(n1 n2 n3)
joins n5 "n1 n2 n3 n4 n5"

# n4, which is dead, is removed while n3 is down.
fails down n3 daemon_signal KILL n3
NODES=(n1 n2 n5)
remove_dead() {
    told "n1 n2 n3 n5" n1 n2 n5
    check_soon "n4 is removed, and that is settled" 5 members_are settled n1 n2 n5
    pass_time $SETTLE
}
changes removed-dead remove_dead
wrong_file() {
    daemon_start n3
    check_soon "n3 names what differs in its old file" 10 differs n3 "[[node]] id" "1 2 3 4 5" "1 2 3 5"
    check_soon "n1 does, too" 10 differs n1 "[[node]] id" "1 2 3 5" "1 2 3 4 5"
    check "n3 logs it" logged n3 "[[node]] id (1 2 3 5 there, 1 2 3 4 5 here)"
    pass_time 3
    check "n3 serves nothing by it" serves n3 0
    check "the others serve all" share n1 n2 n5
    file "n1 n2 n3 n5" n3
    check "to reload the new one is too late" refused n3 "restart cohortd"
    daemon_leave n3
    check_soon "n3's daemon ends" 10 daemon_ended n3
}
changes wrong-file wrong_file
NODES=(n1 n2 n3 n5)
returns down daemon_start n3

# n2, which lives.
file "n1 n3 n5" n1
check "a node that serves is not removed" refused n1 "n2 still has buckets or a lease: stop it first"
file "n1 n2 n3 n5" n1
fails leaves n2 daemon_leave n2
check_soon "n2's daemon ends" 10 daemon_ended n2
NODES=(n1 n3 n5)
remove_left() {
    file "n1 n3 n5" n1
    check_soon "n2 is out, and n1 takes that" 5 reload n1
    told "n1 n3 n5" n3 n5
    check_soon "n2 is removed, and that is settled" 5 members_are settled n1 n3 n5
    pass_time $SETTLE
}
changes removed remove_left

# n4 boots as it was.
boots_again() {
    node_back n4
    check_soon "n4's daemon runs" 10 status n4
    pass_time 3
    check "none of those that removed it speaks to n4" sees n4 n1 unknown
    check "n4 serves nothing" serves n4 0
    check "the others serve all" share n1 n3 n5
}
changes boots-again boots_again
probe_end seen

of "n1 n2 n3" unnoticed staged "n1 and n2 have staged a change"
bounded dies "n3 dies meanwhile" $CRASH_MS n3
back dies-back "n3 is back"
unnoticed made "four are the cluster"
of "n1 n2 n3 n4" back n4-joins "n4 joins"
bounded late "n4 dies" $CRASH_MS n4
of "n1 n2 n3 n5" back n5-joins "n5 joins"
bounded down "n3 is down" $CRASH_MS n3
of "n1 n2 n5" unnoticed removed-dead "n4 is removed"
unnoticed wrong-file "n3 starts with its old file"
of "n1 n2 n3 n5" back down-back "n3 is back"
bounded leaves "n2 leaves" $LEAVE_MS n2
of "n1 n3 n5" unnoticed removed "n2 is removed"
unnoticed boots-again "n4 boots again"
once
