# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: xt_cluster, its manual's recipe
# Node 1 of 2: the source address is one whose hash gives node 2.
iptables-legacy -t mangle -A PREROUTING -i bench0 -m cluster --cluster-total-nodes 2 \
    --cluster-local-node 1 --cluster-hash-seed 0xdeadbeef -j MARK --set-mark 0xffff
iptables-legacy -t mangle -A PREROUTING -i bench0 -m mark ! --mark 0xffff -j DROP
measure udp foreign src=192.0.2.1
measure tcp foreign protocol=tcp src=192.0.2.1
