#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cohortctl cluster add, set, show, del: what the kernel is told, what becomes
# of the device's addresses, and that a failure leaves nothing behind.
#
# kernels: 6.1 6.12
# everyday: 6.12
source tests/vm/lib.sh
source tests/vm/lib-cohortctl.sh

stage cohortctl jq ip
load_module
device eth1
device eth2

show() { json ".[0]$1" cohortctl -j cluster show web; }

# ---- add -------------------------------------------------------------------

is "without clusters the list is empty" "$(json . cohortctl -j cluster show)" "[]"
check "a cluster is added" cohortctl cluster add web --dev eth1 --vip 192.0.2.50/24
is "its device" "$(show .dev)" eth1
is "its VIPs" "$(show .vips)" '["192.0.2.50/24"]'
is "the default hash" "$(show .hash)" '{"mode":"sourceip-sourceport","function":"siphash"}'
is "the default count of buckets" "$(show .buckets)" 4096
is "the default L2 mode" "$(show .l2)" multicast
is "the MAC comes from the VIP" "$(show .mac)" 03:c0:c0:00:02:32
is "it is static" "$(show '.lease | [.state, .remaining_ms]')" '["static",0]'
is "its epoch is 0" "$(show .epoch)" 0
is "it holds no bucket" "$(show ' | [.own, .drain, .adopt]')" '["","",""]'
check "the device has the VIP" has_address eth1 192.0.2.50
is "without a prefix route" "$(ip route show 192.0.2.0/24)" ""
check "people can read it" eval 'cohortctl cluster show web | grep -q "VIPs *192.0.2.50/24"'

check "every option is taken" cohortctl cluster add old --dev eth2 --vip 198.51.100.1/32 \
    --vip 198.51.100.2/24 --hash sourceip-sourceport-destport --buckets 16 --function clusterip \
    --seed 7 --l2 unicast --mac 02:00:00:00:00:07 --lease 1h --no-address
old() { json ".[0]$1" cohortctl cluster show old -j; }
is "VIPs in their order" "$(old .vips)" '["198.51.100.1/32","198.51.100.2/24"]'
is "hash, function, seed" "$(old .hash)" \
    '{"mode":"sourceip-sourceport-destport","function":"clusterip","seed":7}'
is "buckets, L2 mode, MAC" "$(old ' | [.buckets, .l2, .mac]')" '[16,"unicast","02:00:00:00:00:07"]'
is "the lease runs" "$(old .lease.state)" valid
at_least "for an hour" "$(old .lease.remaining_ms)" 3500000
check_fails "--no-address adds no address" has_address eth2 198.51.100.1
is "show lists all" "$(json '[.[].name]' cohortctl -j cluster show)" '["web","old"]'

# ---- refusals leave nothing behind -----------------------------------------

# What must stay as it is; the time that a lease has left passes anyway.
state() { cohortctl -j cluster show | jq 'del(.[].lease.remaining_ms)'; ip addr; }

before=$(state)
exits "a name in use" 2 "there is a cluster web already" \
    cohortctl cluster add web --dev eth1 --vip 192.0.2.60/24
exits "a VIP in use" 2 "192.0.2.50 is a VIP of cluster web" \
    cohortctl cluster add web2 --dev eth2 --vip 192.0.2.50/24
exits "a device that is not there" 2 "there is no device 'eth9'" \
    cohortctl cluster add web2 --dev eth9 --vip 192.0.2.60/24
exits "a device of another kind" 2 "not an Ethernet device" \
    cohortctl cluster add web2 --dev lo --vip 192.0.2.60/24
exits "a MAC that does not fit the mode" 2 "group MAC" \
    cohortctl cluster add web2 --dev eth1 --vip 192.0.2.60/24 --mac 02:00:00:00:00:01
exits "a VIP that can be none" 2 "unicast address" \
    cohortctl cluster add web2 --dev eth1 --vip 239.1.2.3/32
exits "clusterip has no IPv6" 2 "clusterip knows IPv4 alone" \
    cohortctl cluster add web2 --dev eth1 --vip 2001:db8::50/64 --function clusterip
exits "an unknown cluster" 2 "there is no cluster nix" cohortctl cluster show nix
exits "an unknown cluster is not deleted" 2 "there is no cluster nix" cohortctl cluster del nix
exits "an unknown cluster is not changed" 2 "there is no cluster nix" \
    cohortctl cluster set nix --lease 1s
is "nothing changed" "$(state)" "$before"

# ---- set -------------------------------------------------------------------

check "VIPs are replaced as a whole" \
    cohortctl cluster set web --vip 192.0.2.51/24 --vip 192.0.2.52/24
is "as shown" "$(show .vips)" '["192.0.2.51/24","192.0.2.52/24"]'
check "the new addresses came" has_address eth1 192.0.2.51 192.0.2.52
check_fails "the old one went" has_address eth1 192.0.2.50
is "the MAC stayed" "$(show .mac)" 03:c0:c0:00:02:32
check "auto derives it anew" cohortctl cluster set web --mac auto
is "from the first VIP" "$(show .mac)" 03:c0:c0:00:02:33
check "one VIP may stay while another goes" cohortctl cluster set web --vip 192.0.2.52/24
check "it stayed" has_address eth1 192.0.2.52
check "the device is replaced" cohortctl cluster set web --dev eth2
check "the address follows" has_address eth2 192.0.2.52
check_fails "away from the old device" has_address eth1 192.0.2.52
check "back again" cohortctl cluster set web --dev eth1
check "the hash can change while no bucket is held" \
    cohortctl cluster set web --hash sourceip --buckets 8 --function clusterip --seed 3
is "as shown" "$(show ' | [.hash.mode, .hash.function, .hash.seed, .buckets]')" \
    '["sourceip","clusterip",3,8]'
check "a bucket is held" cohortctl bucket own web 0
exits "then it cannot" 2 "" cohortctl cluster set web --buckets 16
is "and did not" "$(show .buckets)" 8
check "no bucket is held" cohortctl bucket release web 0
exits "a VIP of another cluster" 2 "198.51.100.1 is a VIP of cluster old" \
    cohortctl cluster set web --vip 198.51.100.1/24
check "the addresses are as they were" has_address eth1 192.0.2.52
exits "nothing to change" 1 "nothing to change" cohortctl cluster set web

# ---- addresses are all or nothing ------------------------------------------

# A device with IPv4 switched off by its MTU refuses addresses.
ip link add eth3 mtu 68 type dummy && ip link set eth3 mtu 60 up
before=$(state)
exits "an address that the device refuses" 2 "cannot add 203.0.113.1 to device 'eth3'" \
    cohortctl cluster add new --dev eth3 --vip 203.0.113.1/24
is "leaves no cluster" "$(state)" "$before"
exits "also in set" 2 "cannot add 192.0.2.52 to device 'eth3'" \
    cohortctl cluster set web --dev eth3
is "which then changes nothing" "$(state)" "$before"

# ---- addresses of others stay ----------------------------------------------

# One prefix, the VIP first, and the kernel's default that a later address goes
# with the first one of its prefix.
sysctl -qw net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.eth2.promote_secondaries=0
check "a VIP before the host's own address" \
    cohortctl cluster add first --dev eth2 --vip 203.0.113.1/24
ip addr add 203.0.113.2/24 dev eth2
is "the host's address has its route" "$(ip route show 203.0.113.0/24 | grep -c 'src 203.0.113.2')" 1
check "the VIP goes" cohortctl cluster del first
check "the host's address stays" has_address eth2 203.0.113.2
ip addr del 203.0.113.2/24 dev eth2

ip addr add 203.0.113.9/24 dev eth2
check "an address that is there already is no error" \
    cohortctl cluster add mine --dev eth2 --vip 203.0.113.9/24 --vip 203.0.113.10/24
check "deleting a cluster" cohortctl cluster del mine
check "leaves the administrator's address" has_address eth2 203.0.113.9
check_fails "and takes its own" has_address eth2 203.0.113.10

check "the last clusters go" eval 'cohortctl cluster del web && cohortctl cluster del old'
is "with their addresses" "$(ip -o -4 addr show dev eth1)" ""
is "nothing is left" "$(json . cohortctl -j cluster show)" "[]"

# ---- IPv6 ------------------------------------------------------------------

check "a cluster of both families" cohortctl cluster add web --dev eth1 --vip 2001:db8::50/64 \
    --vip 192.0.2.50/24 --vip 2001:db8::51/64
is "as shown" "$(show .vips)" '["2001:db8::50/64","192.0.2.50/24","2001:db8::51/64"]'
is "the MAC comes from the first VIP" "$(show .mac)" 03:c0:00:00:00:50
check "the device has them all" has_address eth1 2001:db8::50 192.0.2.50 2001:db8::51
is "without a prefix route" "$(ip -6 route show 2001:db8::/64)" ""
is "never as a source by themselves" "$(ip -6 -o addr show dev eth1 deprecated | grep -c '/128 .*nodad')" 2
exits "a VIP in use" 2 "2001:db8::51 is a VIP of cluster web" \
    cohortctl cluster add web2 --dev eth2 --vip 2001:db8::51/128
exits "a link-local VIP" 2 "link-local" cohortctl cluster add web2 --dev eth2 --vip fe80::50/64
sysctl -qw net.ipv6.conf.eth2.disable_ipv6=1
before=$(state)
exits "a device with IPv6 switched off" 2 "IPv6 is disabled on eth2" \
    cohortctl cluster add web2 --dev eth2 --vip 192.0.2.60/24 --vip 2001:db8::60/64
exits "also in set" 2 "IPv6 is disabled on eth2" cohortctl cluster set web --dev eth2
is "which changes nothing" "$(state)" "$before"
check "IPv6 can go" cohortctl cluster set web --vip 192.0.2.50/24
check_fails "its addresses with it" has_address eth1 2001:db8::50
check "and come" cohortctl cluster set web --vip 192.0.2.50/24 --vip 2001:db8::50/64
check "its address with it" has_address eth1 2001:db8::50
exits "but not with clusterip" 2 "clusterip knows IPv4 alone" \
    cohortctl cluster set web --function clusterip
check "it is deleted" cohortctl cluster del web
check_fails "with its addresses" has_address eth1 2001:db8::50

# ---- a device that goes ----------------------------------------------------

check "a cluster on a device that will go" cohortctl cluster add web --dev eth1 --vip 192.0.2.50/24
ip link del eth1
is "it has no device" "$(show .ifindex)" 0
check "people are told" eval 'cohortctl cluster show web | grep -q "eth1 (gone"'
check "it can be deleted" cohortctl cluster del web
