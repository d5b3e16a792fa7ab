# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: nft, PRE_ROUTING raw: jhash
# The remainder is not 0 for any packet here: all are dropped, at a foreign packet's price.
recipe() { # EXPRESSION to hash
    nft -f - <<NFT
table ip bench {}
delete table ip bench
table ip bench {
    chain drop_foreign {
        type filter hook prerouting priority raw;
        ip daddr $VIP jhash $1 mod 65535 seed 0xdeadbeef != 0 drop
    }
}
NFT
}
recipe 'ip saddr'
measure 'udp, hash of source address' foreign
recipe 'ip saddr . udp sport'
measure 'udp, hash of source address and port' foreign
