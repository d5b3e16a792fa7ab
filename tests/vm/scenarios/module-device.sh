#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A cluster follows its device by name: gone, renamed, come back, moved between
# namespaces. What neighbours learn by ARP is the cluster's MAC, always.
#
# kernels: 6.1 6.12 debug
# everyday: 6.1
# icount: yes
# topology:
#     node   192.0.2.1 ──┬── service    VIP 192.0.2.50, MAC 03:c0:c0:00:02:32
#     client 192.0.2.9 ──┘
source tests/vm/lib.sh

VIP=192.0.2.50
MAC=03:c0:c0:00:02:32
VMAC=02:c0:c0:00:02:33

count() { ns node cohortctl --json stats web | jq ".[0].$1"; }
pings() { ns client ping -q -c 1 -W 1 $VIP; }
learnt() { ip -n client neigh show "$1" | grep -o 'lladdr [^ ]*'; }
listens_to() { ip -n node maddr show dev "$1" | grep -q "link *$2"; }
told() { grep -q "\"event\": *\"$1\"" /tmp/events; }
forget() { : >/tmp/events; }
device_up() { # a cable between eth0 and the LAN, with the node's addresses
    lan_join service node eth0 192.0.2.1/24
    ip -n node addr add $VIP/24 dev eth0
}

stage cohortctl jq ping python3
load_module
modprobe -a bridge veth
lan_add service
ns_add node client away
lan_join service client eth0 192.0.2.9/24
device_up
ns node cohortctl --json monitor >/tmp/events 2>/tmp/listening &
wait_until 10 grep -q listening /tmp/listening || bail "no monitor"
ns node cohortctl cluster add web --dev eth0 --vip $VIP/24 --no-address || bail "cannot add the cluster"
ns node cohortctl bucket own web 0-4095

# ---- ARP ---------------------------------------------------------------------
check_soon "the VIP answers" 5 pings
is "the client learnt the cluster's MAC" "$(learnt $VIP)" "lladdr $MAC"
check "the node's own address answers" ns client ping -q -c 1 -W 1 192.0.2.1
nic=$(ns node cat /sys/class/net/eth0/address)
is "by the NIC's MAC" "$(learnt 192.0.2.1)" "lladdr $nic"
while read -r verdict what; do
    case $verdict in
        ok) ok "$what" ;;
        *) not_ok "$verdict $what" ;;
    esac
done < <(python3 -B tests/vm/scenarios/module-device-arp.py 2>&1)
at_least "the rewritten frames are counted" "$(count arp_rewritten)" 2

# ---- the device ----------------------------------------------------------------
check "the device listens to the cluster's MAC" listens_to eth0 $MAC
forget
ip -n node link set eth0 down
check "while it is down, too" listens_to eth0 $MAC
ip -n node link set eth0 up
check_soon "up again, it answers" 5 pings

forget
ip -n node link set eth0 down
ip -n node link set eth0 name lan0
ip -n node link set lan0 up
check_soon "renamed, the device is gone" 5 told device-gone
check_fails "it listens no more" listens_to lan0 $MAC
is "the cluster says so" "$(ns node cohortctl --json cluster show web | jq -r '.[0].dev')" eth0
before=$(count expired_dropped)
is "the device kept the VIP's address" "$(ip -n node -br addr show dev lan0 | grep -c $VIP)" 1
ip -n client neigh replace $VIP lladdr "$nic" dev eth0 nud permanent
check_fails "yet serves none who knows its MAC" pings
at_least "which is counted" "$(count expired_dropped)" $((before + 1))
ip -n client neigh del $VIP dev eth0
check_fails "nor tells its MAC to who asks" pings
check_fails "nor can another cluster go where the name is missing" \
    ns node cohortctl cluster add more --dev eth0 --vip 192.0.2.60/24 --no-address

forget
ip -n node link set lan0 down
ip -n node link set lan0 name eth0
ip -n node link set eth0 up
check_soon "named as before, it is back" 5 told device-back
check "it listens" listens_to eth0 $MAC
check_soon "and answers" 5 pings

forget
ip -n node link del eth0
check_soon "removed, the device is gone" 5 told device-gone
device_up
check_soon "made anew, it is back" 5 told device-back
check "it listens" listens_to eth0 $MAC
ip -n client neigh flush dev eth0
check_soon "and answers" 5 pings

forget
ip -n node link set eth0 netns away
check_soon "moved to another namespace, the device is gone" 5 told device-gone
is "its filter is clean there" "$(ip -n away maddr show dev eth0 | grep -c "$MAC")" 0
ip -n away link set eth0 netns node
check_soon "moved back, it is back" 5 told device-back
check "it listens" listens_to eth0 $MAC
ip -n node addr add 192.0.2.1/24 dev eth0
ip -n node addr add $VIP/24 dev eth0
ip -n node link set eth0 up
ip -n client neigh flush dev eth0
check_soon "and answers" 5 pings

# ---- a MAC that is nobody's --------------------------------------------------
check "a unicast MAC" ns node cohortctl cluster add solo --dev eth0 --vip 192.0.2.51/24 --l2 unicast
ns node cohortctl bucket own solo 0-4095
hears_solo() { ip -n node -d link show eth0 >/dev/null && ns client ping -q -c 1 -W 1 192.0.2.51; }
check_soon "answers" 5 hears_solo
is "the client learnt it" "$(learnt 192.0.2.51)" "lladdr $VMAC"
ip -n client neigh replace 192.0.2.51 lladdr $VMAC dev eth0 nud probe
reachable() { ip -n client neigh show 192.0.2.51 nud reachable | grep -q .; }
check_soon "who asks by it whether it is still there is told so" 10 reachable
ip -n node neigh flush dev eth0
check_soon "the VIP asks by it, too, and hears the answer" 10 ns node ping -q -c 1 -W 1 -I 192.0.2.51 192.0.2.9
check_fails "the device cannot take it" ip -n node link set eth0 address $VMAC
check "but any other" ip -n node link set eth0 address 02:00:00:00:00:77
check_fails "a cluster cannot take the device's" \
    ns node cohortctl cluster add third --dev eth0 --vip 192.0.2.52/24 --l2 unicast --mac 02:00:00:00:00:77
check "two clusters share a MAC" \
    ns node cohortctl cluster add twin --dev eth0 --vip 192.0.2.53/24 --mac $MAC --no-address
ns node cohortctl cluster del twin
check "which stays while one of them does" listens_to eth0 $MAC
check "another MAC" ns node cohortctl cluster set web --mac 01:00:5e:00:00:50
check "takes the first one's place" listens_to eth0 01:00:5e:00:00:50
check_fails "which is not listened to any more" listens_to eth0 $MAC

# ---- another device ----------------------------------------------------------------
lan_add spare
lan_join spare node eth1x
check "a cluster moves to another device" ns node cohortctl cluster set web --dev eth1x --no-address
check "which listens" listens_to eth1x 01:00:5e:00:00:50
check_fails "and the first no more" listens_to eth0 01:00:5e:00:00:50
check "it can go" ns node cohortctl cluster del web
check_fails "then nothing listens" listens_to eth1x 01:00:5e:00:00:50
