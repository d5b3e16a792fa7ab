#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What cohortd takes while nothing happens. Then every link loses 5 % of the frames,
# at random, for ten minutes: nobody is taken for dead. Without an argument two
# nodes in mode links, with 3 three nodes with a majority.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 7200
# topology: see nodes.sh
source tests/vm/lib.sh
if [[ ${1:-2} == 2 ]]; then
    source tests/vm/two_nodes.sh
else
    source tests/vm/nodes.sh
    nodes n1 n2 n3
fi
source tests/vm/failover.sh
SECONDS_OF_LOSS=600

# lossy NODE: what it sends, over each of its links. (A line loses bytes, and a
# frame of 90 of them is lost with any: 0.057 % of the bytes are 5 % of the frames.)
lossy() {
    local device name
    for device in eth0 eth1; do
        ns "$1" tc qdisc add dev $device root netem loss 5% || bail "no netem"
    done
    for name in $(cables_of "$1"); do
        wire set "$name.$1" from drop=0.057
    done
}
lost_on() { # NODE DEVICE
    ns "$1" tc -s qdisc show dev "$2" | grep -o 'dropped [0-9]*' | tr -dc 0-9
}

stage cohortd cohortctl echod probe switch socat
load_module
cluster_up
footprint
for node in "${NODES[@]}"; do
    lossy "$node"
done
wait_until 30 share "${NODES[@]}"
epoch_before=$(epoch "${NODES[0]}")
pass_time $SECONDS_OF_LOSS
for node in "${NODES[@]}"; do
    is "$node's epoch is that of $SECONDS_OF_LOSS s before" "$(epoch "$node")" "$epoch_before"
    for device in eth0 eth1; do
        at_least "$node's $device lost frames" "$(lost_on "$node" $device)" $((SECONDS_OF_LOSS / 4))
    done
done
check "all share" share "${NODES[@]}"
