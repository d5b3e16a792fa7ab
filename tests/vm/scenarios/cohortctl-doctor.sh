#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cohortctl doctor: each trouble is made for real. The doctor names it and no
# other, and once the lines that it prints were run it finds nothing.
#
# kernels: 6.1 6.12
# everyday: 6.12
# topology:
#     node  eth0 192.0.2.11, VIP ──┐      node also has eth1, and a bridge br0
#     peer  eth0 192.0.2.12, VIP ──┼── lan
#     other eth0 192.0.2.13 ───────┘      VIPs 192.0.2.50, 2001:db8::50
source tests/vm/lib.sh
source tests/vm/lib-cohortctl.sh

MAC=03:c0:c0:00:02:32
VIP6=2001:db8::50

stage cohortctl jq ip bridge sysctl sh sort
load_module
modprobe -a bridge veth dummy
lan_add lan
ns_add node peer other
lan_join lan node eth0 192.0.2.11/24
lan_join lan peer eth0 192.0.2.12/24
lan_join lan other eth0 192.0.2.13/24
device eth1 node
ip -n node route add default dev eth1
for name in node peer; do
    cohortctl -n $name cluster add web --dev eth0 --vip 192.0.2.50/24 || bail "no cluster on $name"
    # The module may answer for what the peer has; there is nothing to find in that.
    ns $name sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
done
lan_works() { ns node ping -c 1 -W 1 192.0.2.12 && ns node ping -c 1 -W 1 192.0.2.13; }
wait_until 20 lan_works || bail "the LAN does not work"

doctor() { cohortctl -n node -j doctor "${1-web}" 2>/dev/null; }
# troubles [CLUSTER]: "ID:RESULT …". The clock is the machine's that runs this.
troubles() {
    doctor "$@" | jq -r '[.[0].findings[] | select(.result != "ok" and .id != "clock")
        | "\(.id):\(.result)"] | unique | join(" ")'
}
# words ID, mend ID [CLUSTER]: what the doctor says of a trouble; and does as it says.
words() { doctor | jq -r --arg id "$1" '.[0].findings[] | select(.id == $id) | .problem'; }
mend() {
    doctor "${2-web}" | jq -r --arg id "$1" '.[0].findings[] | select(.id == $id) | .mend[]' >/tmp/mend
    ns node sh -e /tmp/mend
}
healthy() { [[ -z $(troubles "$@") ]]; }
status_of() {
    "${@}" >/dev/null 2>&1
    echo $?
}

# trial ID RESULT COMMAND…: the command makes that trouble and no other in the
# namespace; what the doctor prints mends it.
trial() {
    check "${*:3}" ns node "${@:3}" || return
    is "  is named" "$(troubles)" "$1:$2" || doctor | jq -c '.[0].findings[]' | sed 's/^/# /'
    check "  the printed lines run" mend "$1"
    check_soon "  and mend it" 20 healthy
}

# ---- a node as it comes ----------------------------------------------------

is "as the kernel sets it, only ARP in the VIP's name is named" "$(troubles)" "arp-announce:warning"
is "a warning is no failure" "$(status_of cohortctl -n node doctor web)" 0
check "its mend runs" mend arp-announce
is "then all is well" "$(troubles)" ""
answered() { (($(json '.[0].arp_rewritten' cohortctl -n peer -j stats web) > 0)); }
check "though the peer did answer for the VIP" answered
check "people are told so" eval "cohortctl -n node doctor | grep -q -e ': ok: ' -e ': clock: '"

# ---- one trouble after another ---------------------------------------------

trial rp-filter error sysctl -qw net.ipv4.conf.all.rp_filter=1
ns node sysctl -qw net.ipv4.conf.all.rp_filter=0 # it would be true of br0, too
trial arp-neighbours warning ip addr add 192.0.2.99/24 dev eth1 noprefixroute
trial arp-ignore error sysctl -qw net.ipv4.conf.all.arp_ignore=8
trial arp-ignore error sysctl -qw net.ipv4.conf.eth0.arp_ignore=2
trial arp-filter warning sysctl -qw net.ipv4.conf.eth0.arp_filter=1
trial arp-announce warning sysctl -qw net.ipv4.conf.eth0.arp_announce=1
trial drop-unicast warning sysctl -qw net.ipv4.conf.all.drop_unicast_in_l2_multicast=1
trial mtu warning ip link set eth0 mtu 1400
trial vip error ip addr del 192.0.2.50/32 dev eth0
trial mac-filter error bridge fdb del $MAC dev eth0 self

ip -n node link set eth0 down
is "a device that is down, and who cannot be asked then" "$(troubles)" "device:error owner:warning"
is "an error is a failure" "$(status_of cohortctl -n node doctor web)" 2
check "its mend runs" mend device
check_soon "and mends it" 20 healthy

# ---- another owner ---------------------------------------------------------

ip -n other addr add 192.0.2.50/32 dev eth0
is "a host that has the VIP, too" "$(troubles)" "owner:error"
stranger=$(ip -n other -j link show eth0 | jq -r '.[0].address')
check "is named by its MAC" eval "words owner | grep -q $stranger"
ip -n other addr del 192.0.2.50/32 dev eth0
is "once it gave it up all is well" "$(troubles)" ""

# ---- bridges ---------------------------------------------------------------

ip -n node link add br0 type bridge mcast_snooping 1 mcast_querier 0
device port node
ip -n node link set port master br0
ip -n node link set br0 up
cohortctl -n node cluster add bridged --dev br0 --vip 198.51.100.50/24 || bail "no second cluster"
carried() { ip -n node -o link show br0 | grep -q LOWER_UP; }
wait_until 40 carried || bail "the bridge has no carrier"
is "a bridge that snoops without a querier" "$(troubles bridged)" "bridge:warning"
ip -n node link set br0 type bridge mcast_querier 1
is "and with one" "$(troubles bridged)" "bridge:error"
check "its mend runs" mend bridge bridged
is "and mends it" "$(troubles bridged)" ""
cohortctl -n node cluster del bridged

# ---- IPv6 ------------------------------------------------------------------

if cohortctl -n node cluster set web --vip 192.0.2.50/24 --vip $VIP6/64 2>/tmp/refusal; then
    is "a VIP of IPv6 as cohortctl adds it" "$(troubles)" ""
    ip -n other addr add $VIP6/64 dev eth0 nodad
    is "another owner of it" "$(troubles)" "owner:error"
    ip -n node addr del $VIP6/128 dev eth0
    ip -n node addr add $VIP6/64 dev eth0
    failed() { ip -n node -6 addr show dev eth0 | grep -q dadfailed; }
    wait_until 20 failed || bail "duplicate address detection found nothing"
    is "an address under detection" "$(troubles)" "dad:error owner:error"
    ip -n other addr del $VIP6/64 dev eth0
    is "stays unused when the other is gone" "$(troubles)" "dad:error"
    check "its mend runs" mend dad
    is "and mends it" "$(troubles)" ""
else
    skip "$(</tmp/refusal)" "duplicate address detection"
fi

# ---- what is printed for others --------------------------------------------

cohortctl -n node doctor web --print linux-router | sed 's/DEV$/eth0/' >/tmp/router
check "a router takes its lines" ns other sh -e /tmp/router
is "and sends to the cluster's MAC" \
    "$(ip -n other -j neigh show 192.0.2.50 dev eth0 | jq -r '.[0] | .lladdr, .state[0]' | xargs)" \
    "$MAC PERMANENT"
cohortctl -n node doctor web --print linux-bridge | sed 's/BRIDGE/br0/; s/PORT/node/' >/tmp/bridge
check "a bridge takes its lines" ns lan sh -e /tmp/bridge
check "a Cisco's name the VIP" eval \
    "cohortctl -n node doctor web --print cisco | grep -qx 'arp 192.0.2.50 03c0.c000.0232 ARPA'"
exits "another machine is unknown" 1 "cisco, linux-bridge, linux-router" \
    cohortctl -n node doctor web --print juniper
exits "an unknown cluster" 2 "there is no cluster nix" cohortctl -n node doctor nix
