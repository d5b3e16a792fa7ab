#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The probe sees what there is to see: two nodes that share an address by the
# kernel's old CLUSTERIP answer each flow once; two nodes that both believe to
# be node 1 answer half of the flows twice and the others never.
#
# kernels: 6.1
# icount: yes
# topology:
#     alpha 10.0.0.1 ──┐
#     beta  10.0.0.2 ──┼── lan      VIP 10.0.0.50, MAC 01:00:5e:00:00:50
#     client 10.0.0.9 ─┘            asks from 10.77.0.0/24
source tests/vm/lib.sh

VIP=10.0.0.50
MAC=01:00:5e:00:00:50

node_up() { # NAME ID
    ns_add "$1"
    lan_join lan "$1" eth0 "10.0.0.$2/24"
    ip -n "$1" addr add "$VIP/24" dev eth0
    ip -n "$1" route add 10.77.0.0/24 via 10.0.0.9
    ns "$1" sysctl -qw "net.ipv4.ip_default_ttl=10$2"
    clusterip "$1" "$2"
    ns "$1" echod --node "$2" --port 7000 >"/tmp/$1.echod" &
}

clusterip() { # NAME LOCAL-NODE
    ns "$1" iptables-legacy -F INPUT
    ns "$1" iptables-legacy -A INPUT -d $VIP -i eth0 -j CLUSTERIP --new \
        --hashmode sourceip-sourceport --clustermac $MAC --total-nodes 2 --local-node "$2"
}

stage probe echod
modprobe -a bridge veth ipt_CLUSTERIP
lan_add lan
ns_add client
lan_join lan client eth0 10.0.0.9/24
ip -n client route add local 10.77.0.0/24 dev lo
node_up alpha 1
node_up beta 2
check_soon "the address answers" 5 ns client ping -c 1 -W 1 $VIP

declare -A seen
probe_target=$VIP:7000
probe_sources=10.77.0.0/24

census seen --flows 2000
is "each of 2,000 UDP flows is answered once" "${seen[once]}" 2000
census seen --flows 200 --bytes 4000 --first-port 31000
is "so are datagrams of 4,000 bytes" "${seen[once]}" 200
census seen --flows 200 --protocol icmp
is "so are echo requests" "${seen[once]}" 200
at_least "by either node" "${seen[answers/2]}" 50
census seen --flows 200 --protocol tcp
is "so are TCP connections" "${seen[once]}" 200

probe_start --udp 64 --tcp 16
pass_time 1
probe_mark wrong
clusterip beta 1
pass_time 2
probe_end seen
is "before, each question is answered" "${seen[events/start/udp/unanswered]}" 0
is "and by one node" "${seen[events/start/udp/twice]}" 0
at_least "doubled answers are seen" "${seen[events/wrong/udp/twice]}" 100
at_least "so are flows that none answers" "${seen[events/wrong/udp/by_owner/2/unanswered]}" 100
is "the flows of one node only" "${seen[events/wrong/udp/by_owner/1/unanswered]}" 0
at_least "and for how long" "${seen[events/wrong/udp/blackout_max_ms]}" 1500
at_least "so are connections that cannot be used" "${seen[events/wrong/connects/pending]}" 10
