# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Some nodes and a client in namespaces of one guest. Source after lib.sh, say
# what there is, and then cluster_up (daemons.sh):
#
#     nodes n1 n2 n3          these nodes, with ids from 1 on
#     witness w               and one more, which votes only
#     cables line=n1,n2 …     null-modem cables, of BAUD=115200
#     GROUP=239.1.1.1         heartbeats on the LANs go to this multicast group
#     QUORUM=…                lines of [quorum]; QUORUM_OF[n1]=… more of them
#     VIP6=2001:db8::50       a second VIP; then 2001:db8:: in place of 192.0.2. are
#                             addresses as well, and 2001:db8:7::/64 is the client's
#
#     n1 192.0.2.1 ──────┐               198.51.100.0/24 is all the client's:
#     n2 192.0.2.2 ──────┼── service     the nodes answer there by 192.0.2.99
#     client 192.0.2.99 ─┘               VIP 192.0.2.50
#
#     n1 10.8.0.1 ───┬── backup
#     n2 10.8.0.2 ───┘
#
#     n1 /run/n1/tty.line ═══ line ═══ /run/n2/tty.line n2

source tests/vm/daemons.sh

VIP=192.0.2.50
VIP6=
PORT=7000
# shellcheck disable=SC2034 # of lib.sh
{
    POLL=0.2
    probe_target=$VIP:$PORT
    probe_sources=198.51.100.0/24
}
NODES=() WITNESSES=() CABLES=()
BAUD=115200
declare -gA node_id service daemon # their process ids, of daemons the one that heeds SIGTERM last

nodes() { NODES=("$@") && _number; }
witness() { WITNESSES=("$1") && _number; }
cables() { CABLES=("$@"); }

# voters: all that run a daemon.
voters() { echo "${NODES[@]}" "${WITNESSES[@]}"; }
_number() {
    local name number=0
    for name in $(voters); do
        node_id[$name]=$((++number))
    done
}

# others NODE…: the nodes but these.
others() {
    local node
    for node in "${NODES[@]}"; do
        [[ " $* " == *" $node "* ]] || echo "$node"
    done
}

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
    POLL=0.01 wait_until 10 test -s "$at.pid" || bail "cannot start $2 on $1"
    spawned=$(<"$at.pid")
}

# network_up: the LANs, the client, and all nodes.
network_up() {
    local node
    modprobe -a bridge veth || bail "cannot load bridge and veth"
    lan_add service
    lan_add backup
    ns_add client
    lan_join service client eth0 192.0.2.99/24
    ip -n client route add local 198.51.100.0/24 dev lo
    if [[ -n $VIP6 ]]; then
        ip -n client addr add 2001:db8::99/64 dev eth0 nodad
        ip -n client route add local 2001:db8:7::/64 dev lo
        ns client sysctl -qw net.ipv6.ip_nonlocal_bind=1
    fi
    for node in $(voters); do
        node_up "$node"
    done
}

# node_up NODE: a node that has just booted, with its service and no daemon.
node_up() {
    local id=${node_id[$1]}
    ns_add "$1"
    lan_join service "$1" eth0 "192.0.2.$id/24"
    lan_join backup "$1" eth1 "10.8.0.$id/24"
    ways_up "$1"
    # Echo replies name their node by it, see `probe census`.
    ns "$1" sysctl -qw net.ipv4.ip_default_ttl=$((100 + id))
    mkdir -p "/run/$1"
    spawn "$1" echod --node "$id" --port $PORT
    service[$1]=$spawned
    wait_until 5 ns "$1" ping -c 1 -W 1 192.0.2.99 || bail "$1 does not reach the client"
}

# ways_up NODE: to the client's addresses. A device that goes down forgets them, and its
# IPv6 address with them.
ways_up() {
    ip -n "$1" route add 198.51.100.0/24 via 192.0.2.99
    [[ -n $VIP6 ]] || return 0
    ip -n "$1" addr add "2001:db8::${node_id[$1]}/64" dev eth0 nodad
    ip -n "$1" route add 2001:db8:7::/64 via 2001:db8::99
}

# ---- the maintenance paths -------------------------------------------------

HEARTBEATS=7788
HEARTBEAT_FRAMES="udp dport $HEARTBEATS" # as nft tells them
declare -A lan_net=([backup]=10.8.0 [service]=192.0.2) lan_dev=([backup]=eth1 [service]=eth0)
LANS=(backup service) # those that carry heartbeats

# cables_of NODE: the names of the cables that end at it.
cables_of() {
    local cable
    for cable in "${CABLES[@]}"; do
        [[ ,${cable#*=}, != *",$1,"* ]] || echo "${cable%%=*}"
    done
}

# cables_between NODE NODE: the names of those that join them.
cables_between() {
    comm -12 <(cables_of "$1" | sort) <(cables_of "$2" | sort)
}

# cables_up: all of them, carried by one switch; `wire` gives it orders.
cables_up() {
    local node name
    ((${#CABLES[@]} > 0)) || return 0
    mkdir -p /run/wire
    mkfifo /run/wire/orders
    switch --dir /run/wire --baud "$BAUD" "${CABLES[@]/#/--serial=}" </run/wire/orders >/run/wire/replies &
    exec {wire_orders}>/run/wire/orders
    for node in $(voters); do
        for name in $(cables_of "$node"); do
            POLL=0.01 wait_until 10 test -S "/run/wire/$name.$node" || bail "no cable $name"
            socat "pty,raw,echo=0,link=/run/$node/tty.$name" "unix-connect:/run/wire/$name.$node" &
            POLL=0.01 wait_until 10 test -e "/run/$node/tty.$name" || bail "no terminal for $node"
        done
    done
}

# wire ORDER…: see tools/switch/command.hpp.
wire() {
    local before
    before=$(wire_replies)
    echo "$*" >&"$wire_orders"
    POLL=0.01 wait_until 5 wire_replied "$before" || bail "the switch is deaf"
    tail -n 1 /run/wire/replies | grep -qx ok || bail "$(tail -n 1 /run/wire/replies)"
}
wire_replies() { grep -c . /run/wire/replies; }
wire_replied() { (($(wire_replies) > $1)); }

# lan_cut LAN NODE…, lan_heal LAN NODE…: nothing passes, and the nodes' devices
# do not tell: the fault is farther away than their own cables.
lan_cut() { _links "$1" nomaster "${@:2}"; }
lan_heal() { _links "$1" "master br0" "${@:2}"; }
_links() { # LAN HOW NODE…: in one go
    printf 'link set %s '"$2"'\n' "${@:3}" | ip -n "$1" -batch - || bail "cannot change $1"
}

# lan_down LAN, lan_up LAN: the same for all nodes.
lan_down() { ip -n "$1" link set br0 down; }
lan_up() { ip -n "$1" link set br0 up; }

# cable_pull NODE, cable_plug NODE: of the service LAN; the device knows.
cable_pull() { ip -n service link set "$1" down; }
cable_plug() { ip -n service link set "$1" up; }

# heartbeats_filter LAN [NODE], heartbeats_isolate LAN NODE, heartbeats_pass LAN:
# of all that the LAN carries, only heartbeats are lost; all of them, or those to
# this node, or those to and from it. heartbeats_mute LAN NODE: those from it.
# heartbeats_part LAN NODE NODE: those between the two. heartbeats_deafen LAN TO FROM:
# those to one of them from the other.
heartbeats_filter() { _filter "$1" "${2:+oifname $2}"; }
heartbeats_isolate() { _filter "$1" "oifname $2" "iifname $2"; }
heartbeats_mute() { _filter "$1" "iifname $2"; }
heartbeats_part() { _filter "$1" "iifname $2 oifname $3" "iifname $3 oifname $2"; }
heartbeats_deafen() { _filter "$1" "iifname $3 oifname $2"; }
heartbeats_pass() { ns "$1" nft delete table bridge filter; }
_filter() { # LAN MATCH…
    ns "$1" nft -f - <<<"table bridge filter {
        chain forward {
            type filter hook forward priority 0;
            $(printf "%s $HEARTBEAT_FRAMES drop\n" "${@:2}")
        }
    }" || bail "cannot filter on $1"
}
