#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hosts whose files differ hear each other, and whatever each of them takes for a quorum
# need have nobody in common with the other's. A node that has begun goes on; whoever
# is started with another file waits for as long as it hears one, and while one may serve
# that it has heard. So it is with another key, and a node that hears another one in its
# own name takes nothing more.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 2400
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh

# begin MARK: the probe asks, and counts by that mark.
begin() {
    probe_start --period 4ms --tcp 0 --connect-period 0ms
    probe_mark "$1"
}

# nobody_twice TEXT
nobody_twice() {
    probe_end seen
    is "$1: none of ${seen[udp/asked]} questions is answered twice" "${seen[udp/twice]}" 0
}

# as_restarted NODE: as systemd restarts it; with another file it hands over first.
as_restarted() {
    kill -USR1 "${daemon[$1]##* }"
    wait_until 40 daemon_ended "$1" || not_ok "$1 ends for a successor"
    daemon_start "$1"
}

# says NODE PATTERN: its status does.
says() { status "$1" | grep -q "$2"; }
differs() { says "$1" '"state": *"disagrees"'; }
dark() { serves "$1" 0; }

# clean_up: all of it begins anew.
clean_up() {
    local node
    for node in "${NODES[@]}"; do
        daemon_signal KILL "$node"
        wait_until 5 daemon_ended "$node"
        ns "$node" cohortctl cluster del web
        rm -r "/run/$node/state"
        : >"/run/$node/cohortd.log"
    done
}

declare -A seen
nodes n1 n2 n3 n4 n5
bounds
stage cohortd cohortctl echod probe
load_module
network_up
NODES=(n1 n2)

# ---- each of two names itself as the preferred one ---------------------------------

QUORUM=$'mode = "preferred"\npreferred = 1' configure n1
QUORUM=$'mode = "preferred"\npreferred = 2' configure n2
begin install
daemon_start n1
daemon_start n2
check_soon "n1 says that n2's file differs" 20 differs n1
check_soon "n2 says that n1's does" 20 differs n2
pass_time 5
check "n1 serves nothing" dark n1
check "nor does n2" dark n2
nobody_twice "two preferred nodes"

QUORUM=$'mode = "preferred"\npreferred = 1' configure n2
begin mended
as_restarted n2
check_soon "with one file for both they share" 30 share n1 n2
nobody_twice "the file is mended"

# ---- the preferred one becomes the other one, by restarts -------------------------

QUORUM=$'mode = "preferred"\npreferred = 2' configure n2
begin moved
as_restarted n2
check_soon "whoever has begun goes on, with all of it" 20 serves n1 4096
check_soon "the other one says that the files differ" 20 differs n2
pass_time 5
check "and serves nothing" dark n2
daemon_signal KILL n1
wait_until 5 daemon_ended n1
pass_time 0.6
daemon_start n1
pass_time 5
check "a crash of the one that goes on changes nothing for it" serves n1 4096
check "nor for the other one" dark n2
QUORUM=$'mode = "preferred"\npreferred = 2' configure n1
as_restarted n1
check_soon "once both have it they share" 40 share n1 n2
nobody_twice "the preferred one is another"

# ---- both are stopped, and one file is forgotten -----------------------------------

for node in n1 n2; do
    daemon_leave $node
done
for node in n1 n2; do
    wait_until 40 daemon_ended $node || not_ok "$node ends"
done
QUORUM=$'mode = "preferred"\npreferred = 1' configure n1
begin forgotten
daemon_start n2
check_soon "whoever is first serves all" 20 serves n2 4096
daemon_start n1
check_soon "the one with the former file says that the files differ" 20 differs n1
pass_time 5
check "and serves nothing, although it once did by that file" dark n1
check "while the first one goes on" serves n2 4096
nobody_twice "a forgotten file"
clean_up

# ---- a key that the peer does not have ----------------------------------------------

QUORUM='mode = "links"'
daemons_up
cp /run/n2/cohort.toml /run/n2/good.toml
(umask 077 && echo "some other key, long enough to be one" >/run/n2/key)
printf '[[key]]\nid = 2\nfile = "/run/n2/key"\nuse = "send"\n' >>/run/n2/cohort.toml
begin key
as_restarted n2
check_soon "whoever has the right one takes all" 20 serves n1 4096
check_soon "the other one warns of it" 20 says n2 "not accepted here\|its MAC is wrong"
pass_time 5
check "and serves nothing" dark n2
cp /run/n2/good.toml /run/n2/cohort.toml
as_restarted n2
check_soon "with the right key they share" 40 share n1 n2
nobody_twice "another key"

# ---- links that no peer has ----------------------------------------------------------

# elsewhere LAN: n1 sends to where n2 does not read on that LAN.
elsewhere() { sed -i "s,\"${lan_net[$1]}.2:7788,\"${lan_net[$1]}.2:7799," /run/n1/cohort.toml; }
lost="no link stays on which n2 and this node hear each other"

cp /run/n1/cohort.toml /run/n1/good.toml
sed -i 's,:7788,:7799,' /run/n1/cohort.toml
begin links
check "a reload that leaves no common link is refused" refused n1 "$lost"
cp /run/n1/good.toml /run/n1/cohort.toml
elsewhere backup
check "one that leaves one is not" reload n1
check_soon "n1 still hears n2 on that link" 5 link_is n1 backup up
elsewhere service
check "but n2 hears n1 on one alone, so that one must stay" refused n1 "$lost"
pass_time 3
check "and nothing has changed" share n1 n2
kill -USR1 "${daemon[n1]##* }"
check_soon "a restart by that file hands over first" 40 daemon_ended n1
check "n2 has all" serves n2 4096
check "and the log says whom the next cohortd would not hear" \
    logged n1 "the next cohortd and n2, which is alive, will not hear each other"
cp /run/n1/good.toml /run/n1/cohort.toml
daemon_start n1
check_soon "with the old links they share" 30 share n1 n2
nobody_twice "other links"
clean_up

# ---- five nodes become three, by restarts --------------------------------------------

NODES=(n1 n2 n3 n4 n5)
QUORUM='mode = "majority"'
daemons_up
for node in n1 n2; do
    (NODES=(n1 n2 n3) && configure $node)
done
begin fewer
as_restarted n1
as_restarted n2
check_soon "n1 says that n3's file differs" 20 differs n1
pass_time 5
check "n1 serves nothing" dark n1
check "nor does n2" dark n2
nobody_twice "five become three"
clean_up

# ---- a lease is lowered, by restarts ---------------------------------------------------

NODES=(n1 n2 n3)
LEASE=10s
daemons_up
for node in n1 n2; do
    LEASE=500ms HEARTBEAT=50ms configure $node
done
begin lower
as_restarted n1
as_restarted n2
daemon_signal KILL n3
pass_time 13
nobody_twice "a shorter lease"
traces_checked=yes
