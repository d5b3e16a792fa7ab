# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: nft, ingress: jhash
# The remainder is not 0 for any packet here: all are dropped, at a foreign packet's price.
recipe() { # EXPRESSION to hash
    nft -f - <<NFT
table netdev bench {}
delete table netdev bench
table netdev bench {
    chain drop_foreign {
        type filter hook ingress device "bench0" priority 0;
        ip daddr $VIP jhash $1 mod 65535 seed 0xdeadbeef != 0 drop
    }
}
NFT
}
recipe 'ip saddr'
measure 'udp, hash of source address' foreign
recipe 'ip saddr . udp sport'
measure 'udp, hash of source address and port' foreign
