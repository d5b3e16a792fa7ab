# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: CLUSTERIP
# kernels: 6.1
clusterip() { # the node numbers to have, as +1 and -1
    local number
    for number; do
        echo "$number" >"/proc/net/ipt_CLUSTERIP/$VIP"
    done
}
iptables-legacy -I INPUT -d "$VIP" -i bench0 -j CLUSTERIP --new --hashmode sourceip-sourceport \
    --clustermac "$VMAC" --total-nodes 2 --local-node 1
clusterip -1
measure udp foreign
measure tcp foreign protocol=tcp
measure icmp foreign protocol=icmp
clusterip +1 +2
measure 'owned udp' accepted
measure 'owned tcp' accepted protocol=tcp
