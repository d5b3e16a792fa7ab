#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cohortctl import reads the rule and the state of the kernel's own old target,
# and the commands that it prints make a cluster that takes exactly the packets
# that the rule took.
#
# kernels: 6.1
# topology:
#     client eth0 10.0.0.9 ──── node eth0 10.0.0.1, VIP 10.0.0.50, MAC 01:00:5e:00:00:50
#     asks from 10.77.0.0/24
source tests/vm/lib.sh
source tests/vm/lib-cohortctl.sh

VIP=10.0.0.50
MAC=01:00:5e:00:00:50
NAME=clusterip-10-0-0-50
FLOWS=300

stage cohortctl jq ip tuples iptables-legacy iptables-legacy-save sh
load_module
modprobe ipt_CLUSTERIP || bail "there is no old target"
ns_add node client
ip -n node link add eth0 type veth peer name eth0 netns client || bail "cannot make a veth pair"
ip -n node link set eth0 up
ip -n client link set eth0 up
ip -n node addr add 10.0.0.1/24 dev eth0
ip -n node addr add $VIP/24 dev eth0
ip -n client addr add 10.0.0.9/24 dev eth0
ip -n client route add local 10.77.0.0/24 dev lo

import() { cohortctl -n node import "$@"; }
# Behind the rule, one that counts what it took. Nobody answers: there is no route.
took() { ns node iptables-legacy -nvxL INPUT | awk '$3 == "DROP" { print $1 }'; }
old_add() { # MODE TOTAL LOCAL SEED
    ns node iptables-legacy -F INPUT
    ns node iptables-legacy -A INPUT -d $VIP -i eth0 -j CLUSTERIP --new --hashmode "$1" \
        --clustermac $MAC --total-nodes "$2" --local-node "$3" --hash-init "$4" ||
        bail "the old target refuses $*"
    ns node iptables-legacy -A INPUT -d $VIP -j DROP
}
# In the namespace, as the old scripts did; /proc/net is the one of the caller.
old_state() { ns node sh -c "echo $1 >/proc/net/ipt_CLUSTERIP/$VIP" || bail "no $1"; }
# flows MODE SEED TOTAL NODE: sends flows of that node, and prints how many.
flows() {
    ns client tuples --dev eth0 --target $VIP --mac $MAC --hash "$1" --hash-seed "$2" \
        --nodes "$3" --node "$4" --flows $FLOWS --random 5
}

# ---- what it prints --------------------------------------------------------

exits "without a rule there is nothing to import" 2 "no rule with the target CLUSTERIP" import
old_add sourceip-sourceport 4 2 4711
import >/tmp/commands || bail "the rule cannot be read"
diag "$(</tmp/commands)"
is "the rule becomes a cluster" "$(sed -n 1p /tmp/commands)" \
    "cohortctl -n node cluster add $NAME --dev eth0 --vip $VIP/32 --hash sourceip-sourceport --function clusterip --seed 4711 --buckets 4 --l2 multicast --mac $MAC"
is "the local node its bucket" "$(sed -n 2p /tmp/commands)" \
    "cohortctl -n node bucket own $NAME 1"
old_state +4
is "nodes that it took over since are told by /proc" "$(json '.[0].own' import -j)" 1,3
old_state -2
old_state -4
is "a host that gave up all its nodes owns nothing" "$(json '.[0].own' import -j)" ""
old_state +2
old_state +3
ns node iptables-legacy-save >/tmp/rules
is "a saved text is taken as written" "$(json '.[0].own' import -j --file /tmp/rules)" 1
is "also from standard input" "$(import --file - </tmp/rules)" "$(import --file /tmp/rules)"
sed 's/-i eth0 -j CLUSTERIP/-i eth0 -p tcp -j CLUSTERIP/' /tmp/rules >/tmp/narrow
line=$(grep -n CLUSTERIP /tmp/narrow | cut -d: -f1)
exits "what has no counterpart is refused by its line" 1 "/tmp/narrow:$line: '-p' has no" \
    import --file /tmp/narrow
exits "so is a file that is not there" 2 "cannot read /tmp/nix" import --file /tmp/nix

# ---- what it is good for ---------------------------------------------------

# moved MODE TOTAL SEED: the flows of each node, to the old target and then to
# what took its place. It is nodes 2 and 3.
moved() {
    local node sent=0 mine=0 now before own
    local -A old
    old_add "$1" "$2" 2 "$3"
    old_state +3
    for ((node = 1; node <= $2; node++)); do
        before=$(took)
        now=$(flows "$1" "$3" "$2" $node) || bail "cannot send"
        seen() { (($(ns node iptables-legacy -nvxL INPUT | awk '$3 == "CLUSTERIP" { print $1 }') >= sent)); }
        sent=$((sent + now))
        wait_until 20 seen || bail "packets were lost on the way"
        old[$node]=$(($(took) - before))
        if ((node == 2 || node == 3)); then
            is "$1: the old target takes the flows of node $node" "${old[$node]}" "$now"
            mine=$((mine + now))
        else
            is "$1: and none of node $node" "${old[$node]}" 0
        fi
    done
    import >/tmp/commands || bail "the rule cannot be read"
    check "$1: the printed commands run" sh -ex /tmp/commands
    is "$1: no rule of the old target is left" "$(ns node iptables-legacy -S | grep -c CLUSTERIP)" 0
    own=$(json '.[0].own' cohortctl -n node -j cluster show $NAME)
    is "$1: the cluster owns what the host was" "$own" 1-2
    for ((node = 1; node <= $2; node++)); do
        flows "$1" "$3" "$2" $node >/dev/null || bail "cannot send"
    done
    stat() { json "[.[0].accepted, .[0].foreign_dropped]" cohortctl -n node -j stats $NAME; }
    settled() { (($(stat | jq add) >= sent)); }
    wait_until 20 settled || bail "packets were lost on the way"
    is "$1: it takes the same packets and no other" "$(stat)" "[$mine,$((sent - mine))]"
    ns node iptables-legacy -F INPUT
    cohortctl -n node cluster del $NAME
}

moved sourceip 3 0
moved sourceip-sourceport 4 4711
moved sourceip-sourceport-destport 16 3735928559

# `hash` names the node that the old target chose: the vectors of its 6.1 kernel.
old_add sourceip-sourceport-destport 16 2 0
import >/tmp/commands || bail "the rule cannot be read"
sh -e /tmp/commands || bail "the printed commands fail"
hash() { json '[.bucket, .state]' cohortctl -n node -j hash $NAME --src "$1" --dport "$2"; }
is "192.0.2.1:40000 to 80 is node 2, which is here" "$(hash 192.0.2.1:40000 80)" '[1,"own"]'
is "198.51.100.77:1025 to 443 is node 9, which is not" "$(hash 198.51.100.77:1025 443)" '[8,"none"]'
