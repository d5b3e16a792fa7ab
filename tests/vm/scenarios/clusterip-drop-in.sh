#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is the drop-in's alone: the cluster behind a rule, which only its rules
# change; refusals that the old target did not have; the end of a namespace, a device
# and the module under traffic, without a trace (the runner reads the kernel's log).
#
# kernels: 6.12 debug
# everyday: 6.12
# memory: 768
# timeout: 1800
# topology:
#     node   10.0.0.1 ──┐
#     client 10.0.0.9 ──┴── lan     VIP 10.0.0.50, MAC 01:00:5e:00:00:50
source tests/vm/lib.sh
source tests/vm/clusterip.sh

VIP=10.0.0.50
MAC=01:00:5e:00:00:50
NAME=clusterip-10-0-0-50
RULE=(-d "$VIP" -i eth0 -j CLUSTERIP --new --hashmode sourceip-sourceport --clustermac "$MAC"
    --total-nodes 2 --local-node 1)

rule_up() { rule node "${RULE[@]}"; }
come_and_go() { # rules beside those that there are, which the oldest leaves
    for _ in 1 2 3 4 5 6 7 8; do
        rule_up && ns node iptables-legacy -D INPUT 1 || return
    done
}
rules_down() { ns node iptables-legacy -F INPUT; }
cluster() { ns node cohortctl --json cluster show $NAME | jq -r "${1:-.[0].name}"; }
count() { ns node cohortctl --json stats $NAME | jq ".[0].$1"; }
no_cluster() { [[ $(ns node cohortctl --json cluster show) == '[]' ]]; }
refused() { # WHAT WORDS COMMAND…
    local words
    words=$("${@:3}" 2>&1) && { not_ok "$1: succeeded" && return; }
    if [[ $words == *$2* ]]; then ok "$1"; else not_ok "$1" && diag "$words"; fi
}
node_up() {
    ns_add node
    device_up
}
device_up() {
    lan_join lan node eth0 10.0.0.1/24
    ip -n node addr add $VIP/24 dev eth0
}
flood() { # flows to the VIP, without an end
    while :; do
        ns client tuples --dev eth0 --target $VIP --mac $MAC --hash sourceip --hash-seed 0 \
            --nodes 1 --node 1 --flows 200 --random 17 >/dev/null || true
    done
}
passing() {
    local before
    before=$(count accepted) && wait_until 60 more_than "$before"
}
more_than() { (($(count accepted) > $1)); }
unused() { [[ $(awk '$1 == "ipt_CLUSTERIP" { print $3 }' /proc/modules) == 0 ]]; }

stage cohortctl jq tuples iptables-legacy cat
modprobe -a bridge veth dummy iptable_filter 2>/dev/null
load_target
lan_add lan
ns_add client
lan_join lan client eth0 10.0.0.9/24
node_up

check 'a rule' rule_up
is 'its cluster' "$(cluster '.[0] | "\(.name) \(.dev) \(.vips[0]) \(.hash.function) \(.buckets) \(.mac) \(.own) \(.lease.state)"')" \
    "$NAME eth0 $VIP/32 clusterip 2 $MAC 0 static"
ns node bash -c "echo +2 >/proc/net/ipt_CLUSTERIP/$VIP"
is 'a node by /proc is a bucket' "$(cluster '.[0].own')" 0-1
kept="cluster $NAME is kept by the iptables target CLUSTERIP"
refused 'nobody else releases its buckets' "$kept" ns node cohortctl bucket release $NAME 0
refused 'nobody else sets them' "$kept" ns node cohortctl bucket set $NAME --epoch 9 --own 0
refused 'nobody else makes it another' "$kept" ns node cohortctl cluster set $NAME --hash sourceip
refused 'nobody else deletes it' "$kept" ns node cohortctl cluster del $NAME
refused 'nor takes its VIP' "$VIP is a VIP of cluster $NAME" \
    ns node cohortctl cluster add web --dev eth0 --vip $VIP/24 --no-address
is 'read byte by byte, the file is what it is' \
    "$(ns node dd bs=1 status=none if=/proc/net/ipt_CLUSTERIP/$VIP)" 1,2 # of old, it was 1,1
is 'its states are what they were' "$(cluster '.[0].own')" 0-1
# The old target cut the number down to 16 bits, and took these for 1 and 2.
refused 'a number past 16 bits is none of a node' 'Cannot allocate' \
    ns node bash -c "echo +65537 >/proc/net/ipt_CLUSTERIP/$VIP"
refused 'nor to be removed' 'No such file' ns node bash -c "echo -65538 >/proc/net/ipt_CLUSTERIP/$VIP"
is 'the nodes are what they were' "$(nodes_of node $VIP)" 1,2
rules_down
check 'with the rule its cluster ends' no_cluster

check 'a cluster of the same VIP' ns node cohortctl cluster add web --dev eth0 --vip $VIP/24 --no-address
refused 'a rule for a VIP of another cluster' 'Address already in use' rule_up
check 'which can be deleted' ns node cohortctl cluster del web
refused 'a device that is not Ethernet' 'Invalid argument' rule node -d $VIP -i lo -j CLUSTERIP --new \
    --hashmode sourceip --clustermac $MAC --total-nodes 2 --local-node 1
check 'nothing is left of them' no_cluster

# Two modules of one name the kernel refuses itself: this one has another.
sed 's/ipt_CLUSTERIP/ipt_clusterip/g' "${COHORT_MODULE%/*}/ipt_CLUSTERIP.ko" >/tmp/second.ko
refused 'where the target is there already, no second one loads' 'resource busy' insmod /tmp/second.ko
check 'and says why' grep -q 'ipt_clusterip: this kernel has the target CLUSTERIP itself' <(dmesg)

flood 2>/dev/null &
flooder=$!
at_exit kill $flooder
for i in 1 2 3; do
    rule_up
    check "traffic is judged, $i" passing
    check "rules come and go under it, $i" come_and_go
    check_fails "the drop-in is in use, $i" rmmod ipt_CLUSTERIP
    ip -n node link del eth0
    is "its device gone, the file stays, $i" "$(nodes_of node $VIP)" 1
    device_up
    check "its device back, it judges, $i" passing
    ip netns del node
    check_soon "a namespace ends with its rules, $i" 60 unused
    node_up
done
rule_up
rules_down
check 'the modules go under traffic' rmmod ipt_CLUSTERIP cohort
check 'with all of /proc' test ! -e /proc/net/ipt_CLUSTERIP
load_target
check 'and come again' rule_up
