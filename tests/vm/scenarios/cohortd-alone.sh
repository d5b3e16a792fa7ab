#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One cohortd, whose peer does not run: what it refuses at its start, and why; how
# it takes over what one left that was killed, or made way; what it does when its device goes, when it
# is told to read its configuration again, and when another one takes its place.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 1800
# topology: one node, whose devices swallow what they are sent
source tests/vm/lib.sh

VIP=192.0.2.50/24
CONF=/run/cohort.toml
SOCK=/run/cohortd.sock
export COHORT_SOCKET=$SOCK

configuration() { # [DEVICE [BUCKETS [MORE]]]
    cat <<EOF
[cluster]
name = "web"
node = 1
key_file = "/run/key"
state_dir = "/run/state"
[timing]
lease = "3s"
[quorum]
mode = "links"
[[node]]
id = 1
[[node]]
id = 2
[[link]]
name = "lan"
type = "udp"
bind = "192.0.2.1:7788"
peers = ["192.0.2.2:7788"]
[[address]]
name = "web"
dev = "${1:-eth0}"
vip = ["$VIP"]
buckets = ${2:-64}
[[check]]
name = "uplink"
type = "link"
dev = "eth0"
${3-}
EOF
}

start() { # log in /run/log
    cohortd --config $CONF --socket $SOCK 2>>/run/log &
    pid=$!
}
serves() { [[ $(cohortctl -j status | jq .serving) == "$1" ]]; }
healthy() { [[ $(cohortctl -j status | jq .healthy) == "$1" ]]; }
logged() { grep -q -- "$1" /run/log; }
has_vip() { [[ -n $(ip -o addr show dev eth0 to "${VIP%/*}") ]]; }
has_no_vip() { ! has_vip; }
link_named() { [[ $(cohortctl -j status | jq -r '.links[].name' | xargs) == "$1" ]]; }

# check_ended WHAT STATUS: the daemon ends by itself, with that status. (Only
# this shell may wait for it.)
check_ended() {
    wait_until 15 dead "$pid" || kill -KILL "$pid"
    wait "$pid"
    is "$1" $? "$2"
}

# refuses WHAT STATUS WORDS: it ends at once, says so, and changes nothing.
refuses() {
    local before after
    before=$(ip -o addr; cohortctl -j cluster show 2>&1 | grep -v remaining_ms)
    : >/run/log
    start
    check_ended "$1: it ends with status $2" "$2"
    check "$1: it says why" logged "$3" || diag "$(cat /run/log)"
    after=$(ip -o addr; cohortctl -j cluster show 2>&1 | grep -v remaining_ms)
    is "$1: nothing has changed" "$after" "$before"
}

stage cohortd cohortctl jq ip
(umask 077 && echo "the key of this guest's only cluster" >/run/key)
ip link add eth0 type dummy
ip link set eth0 up
ip addr add 192.0.2.1/24 dev eth0

# ---- what it refuses -------------------------------------------------------

configuration >$CONF
refuses "without the module" 3 "cohort"
load_module
configuration nosuchdev0 >$CONF
refuses "without its device" 2 "nosuchdev0"
configuration >$CONF
mkdir -p /run/state
echo "not a record" >/run/state/state
refuses "a damaged state" 2 "/run/state/state is damaged"
rm /run/state/state
check "somebody runs a cluster of that name by hand" \
    cohortctl cluster add web --dev eth0 --vip 192.0.2.77/24
refuses "a static cluster" 2 "somebody runs it by hand"
check "it is taken away" cohortctl cluster del web
chmod 644 /run/key
refuses "a key that all can read" 1 "chmod 600"
chmod 600 /run/key

# ---- alone it serves all ---------------------------------------------------

: >/run/log
start
check_soon "it serves every bucket, for its peer is silent" 20 serves 64
check "the device has the VIP" has_vip
check_fails "a second one with the same socket is refused" \
    cohortd --config $CONF --socket $SOCK
check_fails "a second one with the same state is refused" \
    cohortd --config $CONF --socket /run/other.sock
check "the first one does not mind" serves 64

# ---- neither a crash nor a restart is a gap ----------------------------------

# succeeded AFTER: the next one goes on where the last one ended.
succeeded() {
    is "$1: the kernel still serves" \
        "$(cohortctl -j cluster show web | jq -r '.[0].lease.state')" valid
    : >/run/log
    start
    check_soon "$1: the next one takes over what the kernel has" 5 logged "taking over the cluster"
    check_soon "$1: and what it serves" 5 logged "the kernel still serves 64 buckets"
    check_soon "$1: all of it" 20 serves 64
    check "$1: without a lapse" eval '! logged "the lease ran out"'
}
kill -KILL "$pid"
wait "$pid" 2>/dev/null
succeeded "killed"
kill -USR1 "$pid"
check_ended "asked to make way, it ends" 0
check "the device keeps the VIP" has_vip
succeeded "restarted"

configuration eth0 128 >$CONF
kill -USR1 "$pid"
check_ended "with another file for the next one, it ends as well" 0
check "and says that its peers have this one" logged "differ from its peers"
check "it left, and took its VIP away" has_no_vip
configuration >$CONF
start
check_soon "it serves again" 20 serves 64
configuration eth0 0 >$CONF
kill -USR1 "$pid"
check_ended "with a wrong file for the next one, it ends as well" 0
check "and says why that cannot start" logged "the next cohortd cannot start: .*buckets: is 0"
check "it left, and took its VIP away" has_no_vip
configuration >$CONF
: >/run/log
start
check_soon "with the right file it serves again" 20 serves 64

# ---- its device ------------------------------------------------------------

ip link set eth0 down
check_soon "without a link it is sick" 5 healthy false
ip link set eth0 up
check_soon "with one it is well" 5 healthy true
ip link del eth0
check_soon "without a device it is sick" 5 healthy false
ip link add eth0 type dummy
ip addr add 192.0.2.1/24 dev eth0
ip link set eth0 up
check_soon "with a new one it is well" 5 healthy true
check_soon "and the VIP is back" 5 has_vip

ip addr del $VIP dev eth0
check_soon "a VIP that somebody took away is back" 5 has_vip

# ---- its configuration, read again -----------------------------------------

configuration eth0 64 '[[link]]
name = "line"
type = "serial"
device = "/dev/nosuchtty"' >$CONF
kill -HUP "$pid"
check_soon "a link more" 5 link_named "lan line"
configuration eth0 128 >$CONF
kill -HUP "$pid"
check_soon "another count of buckets needs a restart" 5 logged "not reloaded, nothing was changed"
check "and nothing was changed" link_named "lan line"
configuration eth0 0 >$CONF
kill -HUP "$pid"
check_soon "a mistake is named" 5 logged "$CONF:[0-9]*: \[\[address\]\] buckets: is 0"
check "and it still serves" serves 64
configuration >$CONF
kill -HUP "$pid"
check_soon "a link less" 5 link_named lan

# ---- another one takes its place -------------------------------------------

sed 's,/run/state,/run/state2,' $CONF >/run/other.toml
first=$pid
cohortd --config /run/other.toml --socket /run/other.sock 2>>/run/other.log &
second=$!
pid=$first
check_ended "the first one gives up" 2
check "and says why" logged "another controller took the clusters"
kill -KILL "$second"
wait "$second" 2>/dev/null

# ---- somebody's hand in its cluster ------------------------------------------

# Its peer counts for more and is not there, so it has no lease, sets nothing in the
# kernel, and is refused nothing.
idle() {
    configuration | sed 's,^mode = .*,mode = "preferred"\npreferred = 2,' >$CONF
    rm -rf /run/state
    : >/run/log
    start
    check_soon "without a lease it runs" 20 has_vip
}
idle
check_fails "nobody else gives its cluster other VIPs" cohortctl cluster set web --vip 192.0.2.77/24
check_fails "nor another hash" cohortctl cluster set web --hash sourceip
check "somebody takes its cluster away" cohortctl cluster del web
ip link set eth0 down
ip link set eth0 up
check_ended "it ends" 2
check "and says why" logged "somebody removed its cluster in the kernel"
check "the VIP is not put back" has_no_vip
idle
rmmod cohort
check_ended "when the module goes, it ends" 2
check "and takes its VIP away, without a lease, too" has_no_vip
load_module
configuration >$CONF
rm -r /run/state

# ---- it leaves -------------------------------------------------------------

: >/run/log
start
check_soon "it serves again" 20 serves 64
kill -TERM "$pid"
check_ended "asked to, it leaves" 0
check "without its VIP" has_no_vip
is "and without its cluster" "$(cohortctl -j cluster show | jq length)" 0
check "and without its socket" test ! -e $SOCK

# ---- a VIP without a cluster would answer whatever comes ---------------------

ip link add eth1 type dummy
ip link set eth1 mtu 60 # too small for IPv4
configuration eth0 64 '[[address]]
name = "mail"
dev = "eth1"
vip = ["192.0.2.51/24"]
buckets = 64' >$CONF
refuses "a device that takes no VIP" 2 "cannot add 192.0.2.51"

configuration >$CONF
ip addr add $VIP dev eth0
start
check_soon "beside a VIP that somebody else set up, it serves" 20 serves 64
kill -TERM "$pid"
check_ended "asked to, it leaves" 0
check "what it did not set up, it leaves there" has_vip
is "with the cluster, which serves none of it" \
    "$(cohortctl -j cluster show web | jq -r '.[] | .name + .own')" web
ip addr del $VIP dev eth0

: >/run/log
start
check_soon "that is no obstacle to the next one" 20 serves 64
kill -TERM "$pid"
check_ended "asked to, it leaves" 0

# The host answers for an address on whichever device it is.
ip addr add "${VIP%/*}/32" dev lo
cleanup="'ip addr del ${VIP%/*}/32 dev lo'"
check "--check remarks on a VIP on another device" \
    eval "cohortd --check --config $CONF | grep -F \"note: lo has\" | grep -F \"$cleanup\""
: >/run/log
start
check_soon "beside it, it serves" 20 serves 64
check "its own device has the VIP, too" has_vip
check "it warns of the other one" logged "lo had ${VIP%/*}.*$cleanup"
is "and --check of nothing else" "$(cohortd --check --config $CONF | grep -c 'not by cohortd')" 1
kill -TERM "$pid"
check_ended "asked to, it leaves" 0
check "it takes its own away" has_no_vip
check "it says that another one is left, and how to take it away" \
    logged "lo has ${VIP%/*}.* still.*$cleanup"
is "the cluster stays and serves none of it" \
    "$(cohortctl -j cluster show web | jq -r '.[] | .name + .own')" web
ip addr del "${VIP%/*}/32" dev lo
: >/run/log
start
check_soon "without it, it serves" 20 serves 64
check "and has nothing to warn of" eval '! logged "ip addr del"'
ip addr add "${VIP%/*}/32" dev lo
kill -TERM "$pid"
check_ended "asked to, it leaves" 0
is "one that came later keeps the cluster, too" "$(cohortctl -j cluster show | jq length)" 1
: >/run/log
start
check_soon "it serves again" 20 serves 64
rmmod cohort
check_ended "when the module goes, so does it" 2
check "and takes its VIP away" has_no_vip
check "it says what is answered without a judge" logged "left without their cluster"
ip addr del "${VIP%/*}/32" dev lo
