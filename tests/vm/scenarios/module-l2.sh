#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every node hears every packet, in each L2 mode and on each kind of device, and
# one answers. No switch learns where the cluster's MAC is; who asks for groups learns
# who listens. A router that takes no group MAC (RFC 1812, 3.3.2) is served in mode unicast.
#
# kernels: 6.1 6.12 debug
# everyday: 6.12
# icount: yes
# timeout: 1800
# topology: per round, with a device of one kind on the nodes
#     alpha 192.0.2.1 ───┐               VIP 192.0.2.50, half the buckets each
#     beta 192.0.2.2 ────┼── service
#     client 192.0.2.99 ─┘
source tests/vm/lib.sh
source tests/vm/nodes.sh

nodes alpha beta
KINDS=(nic vlan bond bridge macvlan)
MODES=(multicast igmp unicast)
declare -A MAC=([multicast]=03:c0:c0:00:02:32 [igmp]=01:00:5e:7f:02:32 [unicast]=02:c0:c0:00:02:32)
GROUP=239.255.2.50
REFUSES="arp saddr ether & 01:00:00:00:00:00 != 00:00:00:00:00:00"

# ---- devices: each makes one in a namespace, by the name DEV, on a cable to the LAN

device_nic() { lan_join service "$1" $DEV; }
device_vlan() {
    lan_join service "$1" eth0
    ip -n "$1" link add link eth0 name $DEV type vlan id 7
}
device_bond() {
    lan_join service "$1" eth0
    ip -n "$1" link add eth1 type veth peer name "$1-1" netns service
    ip -n service link set "$1-1" master br0 up
    ip -n "$1" link add $DEV type bond mode active-backup miimon 100
    ip -n "$1" link set eth0 down
    ip -n "$1" link set eth0 master $DEV
    ip -n "$1" link set eth1 master $DEV
}
device_bridge() {
    lan_join service "$1" eth0
    ip -n "$1" link add $DEV type bridge stp_state 0 forward_delay 0
    ip -n "$1" link set eth0 master $DEV
}
device_macvlan() { # of group MACs each hears its own; of unicast ones only this mode any
    local mode=bridge
    [[ $l2 != unicast ]] || mode=passthru
    lan_join service "$1" eth0
    ip -n "$1" link add link eth0 name $DEV type macvlan mode $mode
}
DEV=svc0

# plug KIND NODE ADDRESS
plug() {
    { "device_$1" "$2" && ip -n "$2" link set $DEV up && ip -n "$2" addr add "$3" dev $DEV; } ||
        bail "cannot make a device of kind $1 on $2"
}

hosts_up() { # KIND
    local node like=nic
    [[ $1 != vlan ]] || like=vlan
    lan_add service
    ns_add client "${NODES[@]}"
    ip -n service link set br0 type bridge mcast_snooping 1
    plug $like client 192.0.2.99/24
    ip -n client route add local 198.51.100.0/24 dev lo
    for node in "${NODES[@]}"; do
        plug "$1" "$node" "192.0.2.${node_id[$node]}/24"
        ip -n "$node" route add 198.51.100.0/24 via 192.0.2.99
        ns "$node" sysctl -qw net.ipv4.ip_default_ttl=$((100 + node_id[$node]))
        mkdir -p "/run/$node"
        spawn "$node" echod --node "${node_id[$node]}" --port $PORT
        service[$node]=$spawned
        wait_until 10 ns "$node" ping -c 1 -W 1 192.0.2.99 || bail "$node does not reach the client by $1"
    done
}

hosts_down() {
    local node
    for node in "${NODES[@]}"; do
        kill "${service[$node]}"
        wait_until 5 dead "${service[$node]}" || bail "$node's service does not end"
        ip netns del "$node"
    done
    ip netns del client
    ip netns del service
}

clusters_add() { # L2-MODE
    local node
    for node in "${NODES[@]}"; do
        ns "$node" cohortctl cluster add web --dev $DEV --vip $VIP/24 --l2 "$1" || bail "no cluster on $node"
    done
    ns alpha cohortctl bucket own web 0-2047 || bail "alpha cannot own its half"
    ns beta cohortctl bucket own web 2048-4095 || bail "beta cannot own its half"
    ip -n client neigh flush dev $DEV
}

clusters_del() {
    local node
    for node in "${NODES[@]}"; do
        ns "$node" cohortctl cluster del web || bail "cannot delete the cluster on $node"
    done
}

learnt() { ip -n client neigh show $VIP | grep -o 'lladdr [^ ]*'; }
switch_knows() { bridge -n service fdb show br br0 | grep -q "^$1 "; }
listens_to_group() { ip -n "$1" maddr show dev $DEV | grep -q "inet *$GROUP"; }
switch_told() { bridge -n service mdb show | grep -q "port $1.* grp $GROUP"; }

once() { # WHAT FLOWS OPTION…
    local -A seen
    census seen --flows "$2" "${@:3}"
    is "$what: each of $2 $1 is answered once" "${seen[once]}" "$2" || diag "$(</tmp/census)"
}

heard_by_all() { # KIND L2-MODE
    local what="$1, $2" l2=$2 node
    hosts_up "$1"
    clusters_add "$2"
    [[ $2 != unicast ]] ||
        ns client nft "add table arp strict; add chain arp strict in { type filter hook input priority 0; };
            add rule arp strict in $REFUSES drop"
    once "UDP flows" 200
    once "datagrams of 4,000 bytes" 50 --bytes 4000 --first-port 40000 --period 1ms
    once "echo requests" 50 --protocol icmp
    once "TCP connections" 50 --protocol tcp --period 1ms
    is "$what: the client learnt the MAC" "$(learnt)" "lladdr ${MAC[$2]}"
    check_fails "$what: the switch has not learnt it" switch_knows "${MAC[$2]}"
    for node in "${NODES[@]}"; do
        if [[ $2 == igmp ]]; then
            check_soon "$what: the switch knows that $node listens" 10 switch_told "$node"
        else
            check_fails "$what: $node joined no group" listens_to_group "$node"
        fi
    done
    clusters_del
    check_fails "$what: no group is left joined" listens_to_group alpha
    hosts_down
}

stage probe echod cohortctl bridge
load_module
modprobe -a bridge veth 8021q bonding macvlan nf_tables || bail "a kind of device is missing"
ip link del bond0 2>/dev/null
for kind in "${KINDS[@]}"; do
    for mode in "${MODES[@]}"; do
        heard_by_all "$kind" "$mode"
    done
done

# ---- a router that takes no group MAC ------------------------------------------
l2=multicast
hosts_up nic
clusters_add multicast
ns client nft "add table arp strict; add chain arp strict in { type filter hook input priority 0; };
    add rule arp strict in $REFUSES drop"
check_fails "who takes no group MAC does not reach the VIP" ns client ping -c 1 -W 1 $VIP
for node in "${NODES[@]}"; do
    ns "$node" cohortctl cluster set web --l2 unicast || bail "$node does not change to mode unicast"
done
check_soon "in mode unicast it does" 10 ns client ping -c 1 -W 1 $VIP
is "by the MAC of that mode" "$(learnt)" "lladdr ${MAC[unicast]}"

# ---- the group follows the device, and the mode -----------------------------------
ns alpha cohortctl cluster set web --l2 igmp
check "a cluster changed to mode igmp joins its group" listens_to_group alpha
ip -n alpha link set $DEV down
ip -n alpha link set $DEV up
check "it has joined after the device was down" listens_to_group alpha
ip -n alpha link set $DEV down
ip -n alpha link set $DEV name other0
DEV=other0 check_fails "a device of another name has left" listens_to_group alpha
ip -n alpha link set other0 name $DEV
check "and joins when it has its name back" listens_to_group alpha
ns alpha cohortctl cluster set web --l2 multicast
check_fails "a cluster changed to mode multicast leaves" listens_to_group alpha
ns alpha cohortctl cluster set web --l2 igmp
ns alpha cohortctl cluster add second --dev $DEV --vip 198.18.2.50/24 --no-address --l2 igmp
ns alpha cohortctl cluster del second
check "a second cluster of the same group takes only its own share along" listens_to_group alpha

# ---- a device that may be too small for IPv4 ---------------------------------------
ip -n alpha link add small0 up type dummy
ns alpha cohortctl cluster add small --dev small0 --vip 198.18.3.50/24 --no-address --l2 igmp
DEV=small0 GROUP=239.255.3.50
check "a cluster on a dummy device joins its group" listens_to_group alpha
ip -n alpha link set $DEV mtu 60
check_fails "a device too small for IPv4 joins none" listens_to_group alpha
ip -n alpha link set $DEV mtu 1500
check "once it is large enough it joins again" listens_to_group alpha
ip -n alpha link set $DEV mtu 60
ns alpha cohortctl cluster del small

# ---- refusals ------------------------------------------------------------------
refused() { # WHAT WORDS OPTION…
    local said
    said=$(ns alpha cohortctl cluster add other --vip 192.0.2.51/24 --no-address "${@:3}" 2>&1) &&
        { not_ok "$1"; return; }
    check "$1: $2" grep -qF "$2" <<<"$said" || diag "$said"
}
refused "mode igmp on a device without IPv4" "too small for IPv4" --dev $DEV --l2 igmp
DEV=svc0
refused "a MAC outside of the groups" "01:00:5e:7f:00:00" --dev $DEV --l2 igmp --mac 01:00:5e:00:02:32
ip -n alpha link add link $DEV name mv0 type macvlan mode bridge
refused "mode unicast on a shared macvlan device" "passthru" --dev mv0 --l2 unicast
