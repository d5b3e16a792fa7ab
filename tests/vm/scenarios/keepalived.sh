#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# keepalived beside Cohort: the same nodes, client, probe and failures. First Cohort,
# two nodes in mode links, at leases of 1 s and 300 ms; then keepalived as it is by
# default, and with VRRP 3 and an advertisement each 100 ms. Cohort must keep its
# bounds; its median of many deaths is that of takeover-times.sh. Of keepalived it is
# only asked that it takes over, and is well again; the figures tell the rest.
# Arguments: of how many deaths of its to take the median, and which of the two runs,
# cohort or keepalived, if not both.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 7200
# packages: keepalived
# topology: see nodes.sh
source tests/vm/lib.sh
source tests/vm/two_nodes.sh
source tests/vm/failover.sh

DEATHS=${1:-20}
PRODUCTS=" ${2:-cohort keepalived} "

# befall: all of it to alpha, which has the VIP if only one can have it; and beta dies.
# What comes of each is for judge_$PRODUCT EVENT NODE.
befall() {
    suffer dies alpha "node_die alpha" "node_back alpha"
    suffer peer-dies beta "node_die beta" "node_back beta"
    suffer cable alpha "cable_pull alpha" "cable_plug alpha"
    suffer killed alpha "daemon_signal KILL alpha" "daemon_start alpha"
    suffer stopped alpha "daemon_signal STOP alpha" "daemon_signal CONT alpha"
    suffer leaves alpha "daemon_leave alpha" "come_back alpha"

    ask
    strikes deaf heartbeats_filter service
    pass_time 5
    ask_anew deaf
    mends deaf heartbeats_pass service
    "judge_$PRODUCT" deaf alpha
}

# suffer EVENT NODE BREAK MEND
suffer() {
    ask
    # shellcheck disable=SC2086 # words
    fails "$1" "$2" $3
    ask_anew "$1"
    # shellcheck disable=SC2086 # words
    mends "$1" $4
    "judge_$PRODUCT" "$1" "$2"
}

# mends EVENT COMMAND…: by the command, until the client is answered too. It may go on
# sending to a node that has let go, until it asks anew who has the VIP.
mends() {
    returns "$@"
    check_soon "$1: the client is answered" 120 ns client ping -c 1 -W 1 $VIP
    pass_time 0.5
    probe_end seen
}

come_back() { # NODE
    check_soon "$1's daemon has ended" 10 daemon_ended "$1"
    daemon_start "$1"
}

# Anew each time, so that both nodes have connections.
ask() {
    probe_start "${ASKS[@]}"
    pass_time 1
}

# ask_anew EVENT: the client forgets who has the VIP, and asks. How many Ethernet
# addresses it is told is then in `told`.
ask_anew() {
    ns client nft -f - <<<"table arp replies {
        set macs {
            type ether_addr
            size 64
            flags dynamic
        }
        chain input {
            type filter hook input priority 0
            arp operation reply arp saddr ip $VIP add @macs { arp saddr ether }
        }
    }" || bail "cannot keep replies"
    probe_mark "$1-asked"
    ip -n client neigh flush to $VIP dev eth0
    pass_time 0.5
    told=$(ns client nft list set arp replies macs | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}' | grep -c .)
    ns client nft delete table arp replies
}

tell_asked() { # EVENT
    diag "$1: who asks anew who has $VIP is told $told addresses; then" \
        "${seen[events/$1-asked/udp/moved]} flows move, and" \
        "$(lost_by "$1-asked" "${NODES[@]}") connections are lost"
}

# cohort LEASE HEARTBEAT
cohort() {
    PRODUCT=cohort WHAT="Cohort, lease $1"
    LEASE=$1 HEARTBEAT=$2 SETTLE=1
    bounds
    daemons_up
    befall
    daemons_down
}
judge_cohort() {
    local what="$WHAT: $1" limit=$CRASH_MS
    case $1 in
    cable) limit=$LINK_MS ;;
    leaves) limit=$LEAVE_MS ;;
    esac
    if [[ $1 == deaf ]]; then
        unharmed deaf "$what" alpha beta
        figures deaf
    else
        bounded "$1" "$what" "$limit" "$2"
    fi
    back "$1-back" "$what, and it is over"
    once
    tell_asked "$1"
}

# kept SECONDS SETTLE [LINES]: by keepalived, with an advertisement each so many
# seconds.
kept() {
    PRODUCT=kept WHAT="keepalived, advert_int $1"
    ADVERT=$1 SETTLE=$2 VRRP=${3-}
    daemons_up
    befall
    deaths "$DEATHS" alpha
    is "$WHAT: alpha died so often" ${#waits[@]} "$DEATHS"
    diag "$WHAT, $DEATHS deaths: least ${waits[0]} ms, median ${waits[DEATHS / 2]} ms, most ${waits[-1]} ms"
    daemons_down
}
judge_kept() {
    is "$WHAT: $1: no flow stays dark" "${seen[events/$1/udp/still_dark]}" 0
    is "$WHAT: $1, and it is over: no flow stays dark" "${seen[events/$1-back/udp/still_dark]}" 0
    figures "$1"
    figures "$1-back"
    tell_asked "$1"
}

stage cohortd cohortctl echod probe switch socat keepalived sort rm
load_module
network_up
# Once before it counts, since the first time loads modules.
heartbeats_filter service
heartbeats_pass service

if [[ $PRODUCTS == *" cohort "* ]]; then
    cables_up
    cohort 1s 100ms
    # A lease that a serial line is too slow for.
    cables
    cohort 300ms 30ms
fi
if [[ $PRODUCTS == *" keepalived "* ]]; then
    cables
    source tests/vm/keepalived.sh
    # A connection whose node is gone learns of it when it sends again, ever more rarely.
    kept 1 4
    kept 0.1 1 "version 3"
fi
