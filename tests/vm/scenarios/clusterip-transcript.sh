#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One list of commands, for the kernel's own target CLUSTERIP and for the drop-in:
# what each prints, how it ends, what the kernel's log and /proc say, and who
# takes which packet. The transcript is clusterip-transcript.txt, on both.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 3600
# topology:
#     node   10.0.0.1 ──┐
#     client 10.0.0.9 ──┴── lan     VIP 10.0.0.50, MAC 01:00:5e:00:00:50
source tests/vm/lib.sh
source tests/vm/clusterip.sh

VIP=10.0.0.50
MAC=01:00:5e:00:00:50
PLAIN=(--hashmode sourceip-sourceport --clustermac "$MAC" --total-nodes 2 --local-node 1)
WANTED=tests/vm/scenarios/clusterip-transcript.txt
SAID=/tmp/transcript
node=node # whose commands these are

# title WORDS: what comes next.
title() { printf '\n== %s ==\n' "$*" >>$SAID; }
# note WORDS: what was found out.
note() { echo "$*" >>$SAID; }

# The kernel's own target says, once a namespace, that it is to be removed; and, now and then, that
# a packet has no ports.
log_lines() {
    dmesg | sed -n 's/^\[[^]]*\] \(ipt_CLUSTERIP: \)/\1/p' | grep -v -e 'is deprecated' -e 'unknown protocol'
}
logged=0

# run COMMAND…: its words, its status and the kernel's.
run() {
    local status
    {
        echo "\$ $*"
        ip netns exec $node "$@" 2>&1
        status=$?
        ((status == 0)) || echo "(status $status)"
        log_lines | tail -n +$((logged + 1)) | sed 's/^/kernel: /'
    } >>$SAID
    logged=$(log_lines | wc -l)
}
rules() { run iptables-legacy "$@"; }
input() { rules -A INPUT "$@"; }
clear_rules() { # of all tables used here
    ns $node iptables-legacy -F
    ns $node iptables-legacy -X
    ns $node iptables-legacy -t mangle -F
}
file() { run cat "/proc/net/ipt_CLUSTERIP/$VIP"; }
files() { run ls /proc/net/ipt_CLUSTERIP; }
filter() { # DEVICE: how often it was asked to receive the cluster's MAC
    note "$1 receives $MAC: $(ip -n $node -o maddr show dev "$1" | grep -o "$MAC.*" || echo no)"
}
counted() { # what passed the rules so far, by target
    note "$(ns $node iptables-legacy -nvxL INPUT | awk 'NR > 2 { print $3 ": " $1 }' | xargs)"
}
zero() { ns $node iptables-legacy -Z INPUT; }

refusals() {
    title refusals
    input -d $VIP -i eth0 -j CLUSTERIP
    input -d $VIP -i eth0 -j CLUSTERIP "${PLAIN[@]}"
    input -d $VIP -j CLUSTERIP --new "${PLAIN[@]}"
    input -d $VIP -i eth7 -j CLUSTERIP --new "${PLAIN[@]}"
    input -d $VIP -i eth+ -j CLUSTERIP --new "${PLAIN[@]}"
    input -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    input -d 10.0.0.0/24 -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    input -d 0.0.0.0 -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    input -d 10.0.0.0/24 -j CLUSTERIP
    files
    run iptables-nft -A INPUT -d $VIP -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    files
    filter eth0
}

sharing() {
    title 'one configuration, many rules'
    input -d $VIP -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    files
    run stat -c '%A %U %G' /proc/net/ipt_CLUSTERIP /proc/net/ipt_CLUSTERIP/$VIP
    file
    filter eth0
    rules -S INPUT
    rules -C INPUT -d $VIP -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    input -d $VIP -i eth0 -p tcp -j CLUSTERIP
    input -d $VIP -i eth0 -p udp -j CLUSTERIP --new --hashmode sourceip --clustermac $MAC \
        --total-nodes 9 --local-node 7 --hash-init 5
    file
    filter eth0
    input -d $VIP -i eth0 -j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5e:00:00:51 \
        --total-nodes 2 --local-node 1
    run iptables-legacy -N served
    rules -A served -d $VIP -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    rules -t mangle -A INPUT -d $VIP -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    run sh -c "echo +2 >/proc/net/ipt_CLUSTERIP/$VIP"
    input -p icmp -j ACCEPT
    file
    rules -D INPUT 1
    rules -F INPUT
    file
    rules -F served
    file
    filter eth0
    rules -t mangle -F
    files
    filter eth0
    title 'two addresses'
    input -d $VIP -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    input -d 10.0.0.51 -i eth0 -j CLUSTERIP --new --hashmode sourceip --clustermac $MAC \
        --total-nodes 16 --local-node 16
    input -d 10.0.0.52 -i eth0 -j CLUSTERIP --new --hashmode sourceip --clustermac $MAC \
        --total-nodes 2 --local-node 5
    files
    run cat /proc/net/ipt_CLUSTERIP/10.0.0.51 /proc/net/ipt_CLUSTERIP/10.0.0.52
    run bash -c "echo -5 >/proc/net/ipt_CLUSTERIP/10.0.0.52"
    run bash -c "echo +1 >/proc/net/ipt_CLUSTERIP/10.0.0.52"
    run cat /proc/net/ipt_CLUSTERIP/10.0.0.52
    filter eth0
    rules -D INPUT -d 10.0.0.51 -i eth0 -j CLUSTERIP --new --hashmode sourceip --clustermac $MAC \
        --total-nodes 16 --local-node 16
    files
    filter eth0
    clear_rules
    files
}

reading_and_writing() {
    title 'reading and writing'
    input -d $VIP -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    run python3 -B tests/vm/scenarios/clusterip-file.py /proc/net/ipt_CLUSTERIP/$VIP
    clear_rules
}

made_by_hand() {
    title 'rules that no iptables would make'
    run python3 -B tests/vm/scenarios/clusterip-rules.py eth0
    filter eth0
}

namespaces() {
    title namespaces
    input -d $VIP -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    node=other
    files
    input -d $VIP -i eth0 -j CLUSTERIP
    input -d $VIP -i eth0 -j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5e:00:00:51 \
        --total-nodes 4 --local-node 3
    file
    node=node
    file
    clear_rules
    files
    node=other
    file
    clear_rules
    node=node
}

devices() {
    title 'a device that goes, is renamed, comes back'
    input -d $VIP -i eth0 -j CLUSTERIP --new "${PLAIN[@]}"
    filter eth0
    run ip link set eth0 down
    run ip link set eth0 name eth1
    filter eth1
    input -d $VIP -i eth0 -p tcp -j CLUSTERIP --new "${PLAIN[@]}"
    file
    run ip link set eth1 name eth0
    filter eth0
    run ip link del eth0
    file
    rules -D INPUT -d $VIP -i eth0 -p tcp -j CLUSTERIP --new "${PLAIN[@]}"
    lan_join lan node eth0 10.0.0.1/24
    ip -n node addr add $VIP/24 dev eth0
    filter eth0
    run ip link del eth0
    clear_rules
    files
    lan_join lan node eth0 10.0.0.1/24
    ip -n node addr add $VIP/24 dev eth0
    filter eth0
}

# tuples MODE SEED NODES NODE: sends those flows of 1,000 that are that node's, prints how many.
tuples() {
    ns client tuples --dev eth0 --target $VIP --mac $MAC --hash "$1" --hash-seed "$2" \
        --nodes "$3" --node "$4" --flows 1000 --random 17
}
took() { ns node iptables-legacy -nvxL INPUT | awk '$3 == "DROP" { print $1 }'; }
saw() { ns node iptables-legacy -nvxL INPUT | awk '$3 == "CLUSTERIP" { print $1 }'; }

who_takes() { # MODE SEED NODES: this node is each of them in turn
    local other sent seen=0 took=0
    ns node iptables-legacy -A INPUT -d $VIP -i eth0 -j CLUSTERIP --new --hashmode "$1" \
        --clustermac $MAC --hash-init "$2" --total-nodes "$3" --local-node 1 || bail "refused: $*"
    ns node iptables-legacy -A INPUT -d $VIP -j DROP
    for ((other = 1; other <= $3; other++)); do
        if ((other > 1)); then
            ns node sh -c "echo +$other >/proc/net/ipt_CLUSTERIP/$VIP && echo -$((other - 1)) >/proc/net/ipt_CLUSTERIP/$VIP" ||
                bail "the target does not become node $other"
        fi
        sent=$(tuples "$1" "$2" "$3" $other) || bail "cannot send"
        seen=$((seen + sent))
        all_seen() { (($(saw) == seen)); }
        wait_until 20 all_seen || bail "packets were lost on the way"
        note "$1, seed $2: node $other of $3 takes $(($(took) - took)) of its $sent"
        took=$(took)
    done
    # And none of all the others'.
    sent=$(tuples "$1" "$2" "$3" 1) || bail "cannot send"
    seen=$((seen + sent))
    wait_until 20 all_seen || bail "packets were lost on the way"
    note "$1, seed $2: node $3 of $3 takes $(($(took) - took)) of node 1's $sent"
    clear_rules
}

packets() {
    local mode seed
    title 'whose the packets are'
    for mode in sourceip sourceip-sourceport sourceip-sourceport-destport; do
        for seed in 0 3735928559; do
            who_takes $mode $seed 2
        done
    done
    who_takes sourceip-sourceport-destport 1 16

    title 'a rule judges what matches it, and rules after it judge on'
    input -d $VIP -i eth0 -p udp --dport 7 -j CLUSTERIP --new --hashmode sourceip \
        --clustermac $MAC --total-nodes 2 --local-node 1
    run sh -c "echo -1 >/proc/net/ipt_CLUSTERIP/$VIP"
    input -d $VIP -p udp --dport 7 -j ACCEPT
    input -d $VIP -p udp -j DROP
    input -d $VIP -p icmp -j ACCEPT
    for port in 7 8 9; do
        ns client bash -c "echo >/dev/udp/$VIP/$port"
    done
    check "an answer that no rule hashes" ns client ping -c 1 -W 5 $VIP
    counted
    run sh -c "echo +1 >/proc/net/ipt_CLUSTERIP/$VIP && echo +2 >/proc/net/ipt_CLUSTERIP/$VIP"
    ns client bash -c "echo >/dev/udp/$VIP/7"
    counted
    note "the client learnt: $(ip -n client neigh show $VIP | grep -o 'lladdr [^ ]*')"
    clear_rules
    ip -n client neigh flush dev eth0
    ns client ping -c 1 -W 5 $VIP >/dev/null
    note "without a rule: $(ip -n client neigh show $VIP | grep -o 'lladdr [^ ]*')"
}

stage tuples iptables-legacy iptables-nft python3 dmesg stat ls cat sh bash xargs
modprobe -a bridge veth iptable_filter iptable_mangle
load_target
logged=$(log_lines | wc -l)
lan_add lan
ns_add node client other
lan_join lan node eth0 10.0.0.1/24
lan_join lan client eth0 10.0.0.9/24
lan_join lan other eth0 10.0.0.2/24
ip -n node addr add $VIP/24 dev eth0
ip -n node link set eth0 address 02:00:00:00:00:01
wait_until 5 ns client ping -c 1 -W 1 10.0.0.1 || bail "the LAN does not work"
ip -n client neigh flush dev eth0

echo "# SPDX-License-Identifier: GPL-2.0-or-later" >$SAID
refusals
sharing
reading_and_writing
made_by_hand
namespaces
packets
devices
if words=$(diff -U 2 $WANTED $SAID); then
    ok "the transcript of $(wc -l <$SAID) lines is what it should be"
else
    not_ok "the transcript is what it should be"
    diag "$words"
fi
