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
probe_target=$VIP:$PORT
# shellcheck disable=SC2034 # of lib.sh
probe_sources=198.51.100.0/24
declare -A node_id=([alpha]=1 [beta]=2)

# network_up: LANs, namespaces, addresses and the nodes' services.
network_up() {
    local node
    modprobe -a bridge veth || bail "cannot load bridge and veth"
    lan_add service
    lan_add backup
    ns_add client
    lan_join service client eth0 192.0.2.9/24
    ip -n client route add local 198.51.100.0/24 dev lo
    for node in alpha beta; do
        ns_add "$node"
        lan_join service "$node" eth0 "192.0.2.${node_id[$node]}/24"
        lan_join backup "$node" eth1 "10.8.0.${node_id[$node]}/24"
        ip -n "$node" route add 198.51.100.0/24 via 192.0.2.9
        # Echo replies name their node by it, see `probe census`.
        ns "$node" sysctl -qw "net.ipv4.ip_default_ttl=10${node_id[$node]}"
        mkdir -p "/run/$node"
        ns "$node" echod --node "${node_id[$node]}" --port $PORT >"/run/$node/echod" &
        echo $! >"/run/$node/echod.pid"
    done
    for node in alpha beta; do
        check_soon "$node reaches the client" 5 ns "$node" ping -c 1 -W 1 192.0.2.9
    done
}

# other NODE: the peer's name.
other() { [[ $1 == alpha ]] && echo beta || echo alpha; }
