#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What neighbours learn of an IPv6 VIP is the cluster's MAC, always, and what they
# learn of a node's own address is not. The VIP is an address of the node that it
# takes for nothing else. Connections over IPv6 stay with the node that drains.
#
# kernels: 6.1 6.12 debug
# everyday: 6.12
# icount: yes
# topology:
#     node   2001:db8::1 ──┬── service    VIP 2001:db8::50, MAC 03:c0:00:00:00:50
#     client 2001:db8::9 ──┘
source tests/vm/lib.sh

VIP=2001:db8::50
MAC=03:c0:00:00:00:50

count() { ns node cohortctl --json stats web | jq ".[0].$1"; }
pings() { ns client ping -q -c 1 -W 1 "$1"; }
learnt() { ip -n client neigh show "$1" | grep -o 'lladdr [^ ]*'; }
address_of_vip() { ip -n node -6 -o addr show dev eth0 | grep " $VIP/"; }

stage cohortctl jq ping python3 socat ss
load_module
modprobe -a bridge veth
lan_add service
ns_add node client
lan_join service node eth0
lan_join service client eth0
ip -n node addr add 2001:db8::1/64 dev eth0 nodad
ip -n client addr add 2001:db8::9/64 dev eth0 nodad
check "a cluster of both families" ns node cohortctl cluster add web --dev eth0 --vip $VIP/64 --vip 192.0.2.50/24
is "is shown with both" "$(ns node cohortctl -j cluster show web | jq -c '.[0].vips')" \
    '["2001:db8::50/64","192.0.2.50/24"]'
is "its MAC is derived from the first" "$(ns node cohortctl -j cluster show web | jq -r '.[0].mac')" $MAC
ns node cohortctl bucket own web 0-4095

# ---- the address ---------------------------------------------------------------
check "the VIP is a host's address" grep -q "$VIP/128" <(address_of_vip)
check "that was not asked for" grep -q nodad <(address_of_vip)
check "nor is it a source by itself" grep -q deprecated <(address_of_vip)
is "no route is its" "$(ip -n node -6 route show | grep -c $VIP)" 0
source_to() { ip -n node -6 route get "$1" | grep -o 'src [^ ]*'; }
is "the node asks from its own address" "$(source_to 2001:db8::9)" "src 2001:db8::1"

# ---- neighbours ------------------------------------------------------------------
check_soon "the VIP answers" 5 pings $VIP
is "the client learnt the cluster's MAC" "$(learnt $VIP)" "lladdr $MAC"
check_soon "the node's own address answers" 5 pings 2001:db8::1
nic=$(ns node cat /sys/class/net/eth0/address)
is "by the NIC's MAC" "$(learnt 2001:db8::1)" "lladdr $nic"
while read -r verdict what; do
    case $verdict in
        ok) ok "$what" ;;
        *) not_ok "$verdict $what" ;;
    esac
done < <(python3 -B tests/vm/scenarios/module-nd.py 2>&1 && echo ok the cases came to their end)
at_least "the rewritten packets are counted" "$(count nd_rewritten)" 7

# ---- a MAC that is nobody's --------------------------------------------------------
check "a unicast MAC" ns node cohortctl cluster set web --l2 unicast
ip -n client -6 neigh flush dev eth0
check_soon "answers" 5 pings $VIP
is "the client learnt it" "$(learnt $VIP)" "lladdr 02:c0:00:00:00:50"
ip -n client -6 neigh replace $VIP lladdr 02:c0:00:00:00:50 dev eth0 nud probe
reachable() { ip -n client -6 neigh show $VIP nud reachable | grep -q .; }
check_soon "who asks by it whether it is still there is told so" 10 reachable

# ---- connections -----------------------------------------------------------------
ns node socat -u tcp6-listen:7000,fork,reuseaddr open:/dev/null &
listens() { ns node ss -Hltn | grep -q :7000; }
wait_until 10 listens || bail "nobody listens"
mkfifo /tmp/say
ns client socat -u open:/tmp/say,rdonly "tcp6:[$VIP]:7000" &
talk=$!
exec {say}>/tmp/say
established() { ns node ss -Htn state established "( sport = :7000 )" | grep -q .; }
check_soon "a connection over IPv6" 10 established
ns node cohortctl bucket drain web 0-4095
echo more >&"$say"
exec {say}>&-
check_soon "stays with the node that drains" 10 dead $talk
closed() { ! established; }
check_soon "until it ends" 10 closed
at_least "by what it knew" "$(count drain_accepted)" 2
check_fails "what is new goes elsewhere" ns client socat -u /dev/null "tcp6:[$VIP]:7000,connect-timeout=1"
at_least "which is counted" "$(count drain_dropped)" 1
ns node cohortctl bucket adopt web 0-4095
check "to who adopts" ns client socat -u /dev/null "tcp6:[$VIP]:7000,connect-timeout=3"
at_least "which is counted, too" "$(count adopt_accepted)" 2

# ---- a device that lost its name -----------------------------------------------------
ns node cohortctl bucket own web 0-4095
ip -n node link set eth0 down
ip -n node link set eth0 name lan0
ip -n node link set lan0 up
ip -n node addr add 2001:db8::1/64 dev lan0 nodad
ip -n node addr add $VIP/128 dev lan0 nodad
ip -n client -6 neigh flush dev eth0
check_soon "renamed, the device has the VIP, and answers for itself" 5 pings 2001:db8::1
check_fails "but does not tell its MAC as the VIP's" pings $VIP
ip -n client -6 neigh replace $VIP lladdr "$nic" dev eth0 nud permanent
before=$(count expired_dropped)
check_fails "nor serves who knows it" pings $VIP
at_least "which is counted" "$(count expired_dropped)" $((before + 1))
