# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two nodes and a client in namespaces of one guest. Source after lib.sh.
#
#     alpha 192.0.2.1 ──┐               198.51.100.0/24 is all the client's:
#     beta  192.0.2.2 ──┼── service     the nodes answer there by 192.0.2.9
#     client 192.0.2.9 ─┘               VIP 192.0.2.50
#
#     alpha 10.8.0.1 ───┬── backup
#     beta  10.8.0.2 ───┘
#
#     alpha /run/alpha/tty ═══ null modem ═══ /run/beta/tty beta

VIP=192.0.2.50
PORT=7000
LEASE=1s
HEARTBEAT=100ms
# shellcheck disable=SC2034 # of lib.sh
{
    POLL=0.2
    probe_target=$VIP:$PORT
    probe_sources=198.51.100.0/24
}
declare -A node_id=([alpha]=1 [beta]=2)

# spawn NODE PROGRAM OPTION…: in the background of a node's namespace. Its
# process id is then in `spawned`, its output in /run/NODE/PROGRAM.log, and its
# exit status, once it has one, in /run/NODE/PROGRAM.status.
spawn() {
    local at=/run/$1/$2
    rm -f "$at.pid" "$at.status"
    (
        # Not ns(): the process id must be the program's, not that of a shell.
        ip netns exec "$1" "${@:2}" >>"$at.log" &
        echo $! >"$at.pid"
        wait $!
        echo $? >"$at.status"
    ) 2>>"$at.log" &
    wait_until 10 test -s "$at.pid" || bail "cannot start $2 on $1"
    spawned=$(<"$at.pid")
}

# network_up: the LANs, the client, and both nodes.
network_up() {
    modprobe -a bridge veth || bail "cannot load bridge and veth"
    lan_add service
    lan_add backup
    ns_add client
    lan_join service client eth0 192.0.2.9/24
    ip -n client route add local 198.51.100.0/24 dev lo
    node_up alpha
    node_up beta
}

# node_up NODE: a node that has just booted, with its service and no daemon.
node_up() {
    local id=${node_id[$1]}
    ns_add "$1"
    lan_join service "$1" eth0 "192.0.2.$id/24"
    lan_join backup "$1" eth1 "10.8.0.$id/24"
    ip -n "$1" route add 198.51.100.0/24 via 192.0.2.9
    # Echo replies name their node by it, see `probe census`.
    ns "$1" sysctl -qw "net.ipv4.ip_default_ttl=10$id"
    mkdir -p "/run/$1"
    spawn "$1" echod --node "$id" --port $PORT
    service[$1]=$spawned
    wait_until 5 ns "$1" ping -c 1 -W 1 192.0.2.9 || bail "$1 does not reach the client"
}
declare -A service daemon

# other NODE: the peer's name.
other() { [[ $1 == alpha ]] && echo beta || echo alpha; }

# ---- the maintenance paths -------------------------------------------------

HEARTBEATS=7788
# shellcheck disable=SC2034 # of the scenarios
SERIAL=null-modem

# cable_up: the null-modem cable, carried by the switch; `wire` gives it orders.
cable_up() {
    local node
    mkdir -p /run/wire
    mkfifo /run/wire/orders
    switch --dir /run/wire --serial $SERIAL=alpha,beta </run/wire/orders >/run/wire/replies &
    exec {wire_orders}>/run/wire/orders
    wait_until 10 test -S /run/wire/$SERIAL.beta || bail "no cable"
    for node in alpha beta; do
        socat "pty,raw,echo=0,link=/run/$node/tty" "unix-connect:/run/wire/$SERIAL.$node" &
        wait_until 10 test -e "/run/$node/tty" || bail "no terminal for $node"
    done
}

# wire ORDER…: see tools/switch/command.hpp.
wire() {
    local before
    before=$(wire_replies)
    echo "$*" >&"$wire_orders"
    wait_until 5 wire_replied "$before" || bail "the switch is deaf"
    tail -n 1 /run/wire/replies | grep -qx ok || bail "$(tail -n 1 /run/wire/replies)"
}
wire_replies() { grep -c . /run/wire/replies; }
wire_replied() { (($(wire_replies) > $1)); }

# lan_cut LAN NODE, lan_heal LAN NODE: nothing passes, and the node's device
# does not tell: the fault is farther away than its own cable.
lan_cut() { ip -n "$1" link set "$2" nomaster; }
lan_heal() { ip -n "$1" link set "$2" master br0; }

# cable_pull NODE, cable_plug NODE: of the service LAN; the device knows.
cable_pull() { ip -n service link set "$1" down; }
cable_plug() { ip -n service link set "$1" up; }

# heartbeats_filter LAN [NODE], heartbeats_pass LAN: of all that the LAN carries,
# only heartbeats are lost; all of them, or those to this node.
heartbeats_filter() {
    ns "$1" nft -f - <<<"table bridge filter {
        chain forward {
            type filter hook forward priority 0;
            ${2:+oifname $2} udp dport $HEARTBEATS drop
        }
    }" || bail "cannot filter on $1"
}
heartbeats_pass() { ns "$1" nft delete table bridge filter; }

# ---- the daemons -----------------------------------------------------------

# configure NODE
configure() {
    local own=${node_id[$1]} peer
    peer=${node_id[$(other "$1")]}
    if [[ ! -f /run/key ]]; then
        (umask 077 && echo "the key of this guest's only cluster" >/run/key)
    fi
    sed -e "s|@own@|$own|; s|@peer@|$peer|; s|@key@|/run/key|; s|@state@|/run/$1/state|" \
        -e "s|@tty@|/run/$1/tty|; s|@heartbeat@|$HEARTBEAT|; s|@lease@|$LEASE|" \
        tests/vm/two_nodes.toml >"/run/$1/cohort.toml"
}

# daemon_start NODE
daemon_start() {
    spawn "$1" cohortd --config "/run/$1/cohort.toml" --socket "/run/$1/sock" \
        --trace "/run/$1/trace"
    daemon[$1]=$spawned
}

# cluster_up: everything, until each node serves its half.
cluster_up() {
    network_up
    cable_up
    configure alpha
    configure beta
    daemon_start alpha
    daemon_start beta
    wait_until 30 halves || cluster_bail "the nodes do not share the buckets"
}

# node_die NODE: as when its power fails. Its programs end in the midst, and
# no frame leaves it any more. Its kernel cannot be ended here, but is cut off.
node_die() {
    kill -KILL "${daemon[$1]}" "${service[$1]}"
    lan_cut service "$1"
    lan_cut backup "$1"
    wire cut "$SERIAL.$1"
}

# node_back NODE: booted anew. What was on its disk is still there. (The old
# namespace may outlive its name for as long as its connections try to end.)
node_back() {
    ip -n service link del "$1"
    ip -n backup link del "$1"
    ip netns del "$1"
    wire heal "$SERIAL.$1"
    node_up "$1"
    daemon_start "$1"
}

# cluster_bail WHY: gives up, with what the daemons said.
cluster_bail() {
    local node
    for node in alpha beta; do
        diag "$node: $(status $node 2>&1)"
        diag "$(tail -n 20 "/run/$node/cohortd.log")"
    done
    bail "$1"
}

# ---- conditions ------------------------------------------------------------

# Conditions ask rarely: in a guest that counts instructions each question takes
# some of the time that it asks about. The probe is what measures.

# status NODE: what cohortd says, as JSON.
status() { COHORT_SOCKET=/run/$1/sock cohortctl --json status; }

# number NODE KEY: the first number of this key in the node's status.
number() {
    local said
    said=$(status "$1") && [[ $said =~ \"$2\":\ *([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

epoch() { number "$1" epoch; }

# serves NODE N: the node serves so many buckets now.
serves() {
    local said
    said=$(status "$1") && [[ $said =~ \"serving\":\ *$2[^0-9] ]]
}

# halves: both agree on an epoch in which each serves half.
halves() {
    local -A said
    local node
    for node in alpha beta; do
        said[$node]=$(status "$node")
        [[ ${said[$node]} =~ \"serving\":\ *2048[^0-9] ]] || return
        [[ ${said[$node]} =~ \"epoch\":\ *([0-9]+) ]] || return
        said[$node]=${BASH_REMATCH[1]}
    done
    [[ ${said[alpha]} == "${said[beta]}" ]]
}

# link_is NODE LINK STATE: as the node sees it; up, silent or down.
link_is() {
    local said
    said=$(status "$1")
    [[ ${said//[[:space:]]/} =~ \"name\":\"$2\",\"rtt_ms\":[a-z0-9]*,\"state\":\"$3\" ]]
}

# kernel_silent NODE: its kernel's lease has run out.
kernel_silent() { [[ $(ns "$1" cohortctl --json cluster show web) == *'"state": "expired"'* ]]; }
