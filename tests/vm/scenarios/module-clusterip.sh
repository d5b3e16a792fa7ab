#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The function clusterip decides as the kernel's own old target does, packet by
# packet, and old and new nodes can share a cluster while it is migrated.
#
# Each of 10,000 random flows is sent to the node that the shared hash names.
# The old target has to take every one, and so has the module: then the three
# agree on all of them.
#
# everyday: no
# kernels: 6.1
# icount: yes
# timeout: 3600
# topology:
#     old    10.0.0.1 ──┐
#     new    10.0.0.2 ──┼── lan     VIP 10.0.0.50, MAC 01:00:5e:00:00:50
#     client 10.0.0.9 ──┘           asks from 10.77.0.0/24
source tests/vm/lib.sh

VIP=10.0.0.50
MAC=01:00:5e:00:00:50
FLOWS=10000
MODES=(sourceip sourceip-sourceport sourceip-sourceport-destport)

old_up() { # MODE SEED NODES NODE: behind it, a rule that counts what it takes
    ns old iptables-legacy -F INPUT
    ns old iptables-legacy -A INPUT -d $VIP -i eth0 -j CLUSTERIP --new --hashmode "$1" \
        --clustermac $MAC --hash-init "$2" --total-nodes "$3" --local-node "$4" ||
        bail "the old target refuses $*"
    ns old iptables-legacy -A INPUT -d $VIP -j "${5:-DROP}"
}
old_only() { # NODE FORMER: another local node, by the old target's own interface
    { echo "+$1" >"$old_proc/$VIP" && echo "-$2" >"$old_proc/$VIP"; } ||
        bail "the old target does not become node $1"
}
old_saw() { ns old iptables-legacy -nvxL INPUT | awk '$3 == "CLUSTERIP" { print $1 }'; }
old_took() { ns old iptables-legacy -nvxL INPUT | awk '$3 == "DROP" { print $1 }'; }

new_up() { # MODE SEED NODES NODE
    ns new cohortctl cluster add web --dev eth0 --vip $VIP/24 --no-address --hash "$1" \
        --function clusterip --seed "$2" --buckets "$3" --mac $MAC ||
        bail "the module refuses $*"
    ns new cohortctl bucket own web $(($4 - 1)) || bail "the module cannot own bucket $(($4 - 1))"
}
new_only() { # NODE
    ns new cohortctl bucket set web --epoch "$1" --own $(($1 - 1)) ||
        bail "the module cannot own bucket $(($1 - 1))"
}
new_down() { ns new cohortctl cluster del web || bail "cannot delete the cluster"; }
new_count() { ns new cohortctl --json stats web | jq ".[0].$1"; }

# tuples MODE SEED NODES NODE: prints how many flows are that node's.
tuples() {
    ns client tuples --dev eth0 --target $VIP --mac $MAC --hash "$1" --hash-seed "$2" \
        --nodes "$3" --node "$4" --flows $FLOWS --random $((17 + $2 % 1000))
}

agree() { # MODE SEED NODES
    local node sent=0 now
    old_up "$1" "$2" "$3" 1
    new_up "$1" "$2" "$3" 1
    for ((node = 1; node <= $3; node++)); do
        if ((node > 1)); then
            old_only $node $((node - 1))
            new_only $node
        fi
        now=$(tuples "$1" "$2" "$3" $node) || bail "cannot send"
        ((now > 0)) || bail "node $node has no flow"
        sent=$((sent + now))
        # The bridge hands each frame to both nodes in one go.
        all_seen() { (($(old_saw) >= sent)); }
        wait_until 20 all_seen || bail "packets were lost on the way"
    done
    is "$1, seed $2, $3 nodes: all flows are somebody's" $sent $FLOWS
    is "$1, seed $2, $3 nodes: the old target takes each flow of its own" "$(old_took)" $FLOWS
    is "$1, seed $2, $3 nodes: so does the module" "$(new_count accepted)" $FLOWS
    new_down
}

# share MODE: one node of each kind.
share() {
    local -A seen
    old_up "$1" 4711 2 1 ACCEPT
    new_up "$1" 4711 2 2
    ip -n client neigh flush dev eth0
    census seen --flows 2000
    is "$1, an old and a new node: each UDP flow is answered once" "${seen[once]}" 2000 ||
        diag "$(</tmp/census)"
    if [[ $1 == *port* ]]; then
        at_least "$1: the old node answers its part" "${seen[answers/1]}" 900
        at_least "$1: the new node answers its part" "${seen[answers/2]}" 900
    fi
    census seen --flows 200 --bytes 4000 --first-port 31000
    is "$1: so is each datagram of 4,000 bytes" "${seen[once]}" 200 || diag "$(</tmp/census)"
    census seen --flows 200 --protocol tcp
    is "$1: so is each TCP connection" "${seen[once]}" 200 || diag "$(</tmp/census)"
    census seen --flows 200 --protocol icmp
    is "$1: so is each echo request" "${seen[once]}" 200 || diag "$(</tmp/census)"
    new_down
}

node_up() { # NAME ID
    ns_add "$1"
    lan_join lan "$1" eth0 "10.0.0.$2/24"
    ip -n "$1" addr add $VIP/24 dev eth0
    ns "$1" sysctl -qw "net.ipv4.ip_default_ttl=10$2"
    ns "$1" echod --node "$2" --port 7000 >"/tmp/$1.echod" &
}
in_old() { [[ -n $(ip netns pids old) ]]; }

stage probe echod cohortctl tuples iptables-legacy jq
load_module
modprobe -a bridge veth ipt_CLUSTERIP
lan_add lan
ns_add client
lan_join lan client eth0 10.0.0.9/24
ip -n client route add local 10.77.0.0/24 dev lo
node_up old 1
wait_until 5 in_old || bail "echod is not where it should be"
old_proc=/proc/$(ip netns pids old)/net/ipt_CLUSTERIP # as echod sees it
node_up new 2
probe_target=$VIP:7000
probe_sources=10.77.0.0/24
wait_until 5 ns client ping -c 1 -W 1 10.0.0.1 || bail "the LAN does not work"

# Nobody can answer these, for there is no route: they are only counted.
for mode in "${MODES[@]}"; do
    for seed in 0 1 3735928559; do
        for nodes in 2 3 16; do
            agree "$mode" $seed $nodes
        done
    done
done

for node in old new; do
    ip -n $node route add 10.77.0.0/24 via 10.0.0.9
done
for mode in "${MODES[@]}"; do
    share "$mode"
done
