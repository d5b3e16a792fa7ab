#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two daemons serve an IPv4 and an IPv6 VIP in one cluster. A client asks both all the
# time. A node dies outright: the other answers all flows of both families within the
# bound of quorum mode `links`. A device that goes down loses its IPv6 addresses: the
# VIP comes back. It is never the source of a node's own traffic.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh
source tests/vm/lib.sh
source tests/vm/two_nodes.sh
VIP6=2001:db8::50

# S_take + what a takeover takes; lease 1 s.
BOUND_MS=1200
# Of each stream, so that a flow asks every 512 ms.
ASKS=(--period 2ms --tcp 16)

asks_both() {
    probe_name=ipv4 probe_start "${ASKS[@]}"
    probe_name=ipv6 probe_target=[$VIP6]:$PORT probe_sources=2001:db8:7::/64 \
        probe_start --first-port 21000 "${ASKS[@]}"
}

has_vip() { ip -n "$1" -6 -o addr show dev eth0 to $VIP6 | grep -q " $VIP6/128 "; }
lacks_vip() { ! has_vip "$1"; }
source_of() { ip -n "$1" -6 route get 2001:db8::99 | grep -o 'src [^ ]*'; }

address() { # NODE: as it was put on the device
    check "$1 has the IPv6 VIP as a host's address" has_vip "$1"
    check "$1 did not ask whether another has it" \
        grep -q nodad <(ip -n "$1" -6 -o addr show dev eth0 to $VIP6)
    check "$1 holds it for deprecated" grep -q . <(ip -n "$1" -6 -o addr show dev eth0 to $VIP6 deprecated)
    is "$1 asks by its own address" "$(source_of "$1")" "src 2001:db8::${node_id[$1]}"
}

taken_over() { # FAMILY NODE PEER: what the stream of this family saw of NODE's death
    local what="$2 dies: $1" of_dead="events/dies/udp/by_owner/${node_id[$2]}"
    local own="events/dies/udp/by_owner/${node_id[$3]}"
    # shellcheck disable=SC2034 # by read_report
    local -A seen
    probe_name=$1 probe_end seen
    at_least "$what: it had flows" "${seen[$of_dead/flows]}" 80
    at_least "$what: they go dark" "${seen[$of_dead/dark_flows]}" 80
    at_most "$what: all are answered again within $BOUND_MS ms" \
        "${seen[events/dies/udp/last_unanswered_ms]}" $BOUND_MS
    is "$what: no flow stays dark" "${seen[events/dies/udp/still_dark]}" 0
    is "$what: no flow of $3 misses an answer" "${seen[$own/unanswered]}" 0
    is "$what: no connection of $3 is lost" "${seen[events/dies/tcp/lost/${node_id[$3]}]:-0}" 0
    at_most "$what: when it is back, no flow misses two questions" \
        "${seen[events/back/udp/blackout_max_ms]}" 600
    is "$what: no question is answered twice" "${seen[udp/twice]}" 0
    diag "$1: dark: median ${seen[events/dies/udp/blackout_median_ms]} ms, until" \
        "${seen[events/dies/udp/last_unanswered_ms]} ms; back: ${seen[events/back/udp/unanswered]} unanswered"
}

death() { # NODE
    local node=$1 peer family
    peer=$(other "$1")
    asks_both
    pass_time 1
    probe_mark dies
    node_die "$node"
    check_soon "$node dies: $peer serves all" 5 serves "$peer" 4096
    pass_time 1
    probe_mark back
    node_back "$node"
    check_soon "$node dies: it takes its half again" 30 halves
    pass_time 1
    for family in ipv4 ipv6; do
        taken_over $family "$node" "$peer"
    done
}

device_down() { # NODE: by its administrator, for whom Linux forgets the IPv6 addresses
    local peer
    local -A seen
    peer=$(other "$1")
    ip -n "$1" link set eth0 down
    check_soon "$1's device is down: $peer serves all" 5 serves "$peer" 4096
    check "$1's device is down: its daemon puts the IPv6 VIP back" \
        logged "$1" "$VIP6/64 is on eth0 again"
    ip -n "$1" link set eth0 up
    ways_up "$1"
    check_soon "$1's device is up: it takes its half again" 30 halves
    address "$1"
    probe_target=[$VIP6]:$PORT probe_sources=2001:db8:7::/64 census seen --flows 1000
    is "$1's device is up: each of 1000 IPv6 flows is answered once" "${seen[once]}" 1000
    at_least "$1's device is up: it answers its share" "${seen[answers/${node_id[$1]}]}" 400
}

stage cohortd cohortctl echod probe switch socat
load_module
cluster_up
for node in alpha beta; do
    address $node
done
death beta
death alpha
device_down beta
daemon_leave alpha
check_soon "alpha leaves" 10 daemon_ended alpha
check "alpha leaves: the VIP goes with it" lacks_vip alpha
check "alpha leaves: beta has it" has_vip beta
