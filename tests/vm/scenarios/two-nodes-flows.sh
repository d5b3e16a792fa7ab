#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each flow to an address of two nodes is answered by exactly one of them, in
# each hash mode, with either function: UDP, TCP, echo requests, and datagrams
# that come in fragments. Where ports count, each node has half of the flows.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh; the buckets are set by hand, half to each node
source tests/vm/lib.sh
source tests/vm/two_nodes.sh

FLOWS=10000
CONNECTIONS=1000

cluster_up() { # MODE FUNCTION-OPTIONS…
    local node
    for node in alpha beta; do
        ns "$node" cohortctl cluster add web --dev eth0 --vip $VIP/24 --hash "$1" --mac auto \
            "${@:2}" || bail "cannot add the cluster on $node"
    done
    ns alpha cohortctl bucket own web 0-2047 || bail "alpha cannot own its half"
    ns beta cohortctl bucket own web 2048-4095 || bail "beta cannot own its half"
    ip -n client neigh flush dev eth0
}

cluster_down() {
    local node
    for node in alpha beta; do
        ns "$node" cohortctl cluster del web || bail "cannot delete the cluster on $node"
    done
}

resets() { # NODE: TCP resets that it has sent
    ns "$1" nstat -asz TcpOutRsts | awk '/TcpOutRsts/ { print $2 }'
}

half() { # WHAT COUNT ALL: within 3 %
    at_least "$1 answers at least 97 % of half" "$2" $(($3 * 97 / 200)) &&
        at_most "$1 answers at most 103 % of half" "$2" $(($3 * 103 / 200))
}

flows_once() { # MODE FUNCTION-OPTIONS…
    local -A seen
    local what="$1 $3"
    local resets_before
    cluster_up "$@"

    census seen --flows $FLOWS
    is "$what: each of $FLOWS UDP flows is answered once" "${seen[once]}" $FLOWS || diag "$(</tmp/census)"
    if [[ $1 == *port* ]]; then
        half "$what: alpha" "${seen[answers/1]}" $FLOWS
        half "$what: beta" "${seen[answers/2]}" $FLOWS
    fi
    census seen --flows 1000 --bytes 4000 --first-port 40000 --period 1ms
    is "$what: so is each of 1000 datagrams of 4,000 bytes" "${seen[once]}" 1000 || diag "$(</tmp/census)"
    census seen --flows 250 --protocol icmp
    is "$what: so is each of 250 echo requests" "${seen[once]}" 250 || diag "$(</tmp/census)"
    resets_before=$(resets alpha),$(resets beta)
    census seen --flows $CONNECTIONS --protocol tcp --period 1ms
    is "$what: so is each of $CONNECTIONS TCP connections" "${seen[once]}" $CONNECTIONS || diag "$(</tmp/census)"
    is "$what: and no node resets one" "$(resets alpha),$(resets beta)" "$resets_before"
    cluster_down
}

stage probe echod cohortctl
load_module
network_up
for mode in sourceip sourceip-sourceport sourceip-sourceport-destport; do
    flows_once $mode --function siphash --seed 11
    flows_once $mode --function clusterip --seed 7
done
kill "$(</run/alpha/echod.pid)" "$(</run/beta/echod.pid)"
check_soon "the nodes' services end" 5 dead "$(</run/beta/echod.pid)"
