#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cohortctl bucket and stats: states, epochs, leases.
#
# kernels: 6.1 6.12
# everyday: 6.1
source tests/vm/lib.sh
source tests/vm/lib-cohortctl.sh

stage cohortctl jq ip
load_module
device eth1
check "a static cluster" cohortctl cluster add web --dev eth1 --vip 192.0.2.50/24 --buckets 1000

lists() { json '[.own, .drain, .adopt]' cohortctl -j bucket show web; }
lease() { json .lease.state cohortctl -j bucket show web; }
lease_is() { [[ $(lease) == "$1" ]]; }

# ---- one state for some buckets --------------------------------------------

check "own" cohortctl bucket own web 0-127,200
is "is shown" "$(lists)" '["0-127,200","",""]'
check "drain" cohortctl bucket drain web 100-127
check "adopt" cohortctl bucket adopt web 998-999
is "are shown" "$(lists)" '["0-99,200","100-127","998-999"]'
check "release" cohortctl bucket release web 0-999
is "all are released" "$(lists)" '["","",""]'
check "a list in any order" cohortctl bucket own web 7,0-5
is "is written in order" "$(lists)" '["0-5,7","",""]'
is "cluster show says the same" "$(json '.[0].own' cohortctl -j cluster show web)" "0-5,7"
check "people can read it" eval 'cohortctl bucket show web | grep -q "own *0-5,7"'

# ---- all states in one step ------------------------------------------------

check "set" cohortctl bucket set web --epoch 5 --own 0-9 --drain 10 --adopt 11,13
is "states" "$(lists)" '["0-9","10","11,13"]'
is "epoch" "$(json .epoch cohortctl -j bucket show web)" 5
exits "an older epoch is refused" 2 "epoch of the buckets is 5" cohortctl bucket set web --epoch 4
is "and changes nothing" "$(lists)" '["0-9","10","11,13"]'
check "the same epoch is taken" cohortctl bucket set web --epoch 5 --own 1
check "an empty list is none" cohortctl bucket set web --epoch 6 --own ''
is "nothing is held" "$(lists)" '["","",""]'
check "the greatest epoch" cohortctl bucket set web --epoch 18446744073709551615 --own 3
is "is exact" "$(cohortctl -j bucket show web | grep -o '"epoch": [0-9]*')" \
    '"epoch": 18446744073709551615'

all=$(cohortctl -j bucket show web)
exits "a bucket beyond the last" 1 "bucket 1000 is out of range; there are 1000" \
    cohortctl bucket own web 1000
exits "a range beyond the last" 1 "out of range" cohortctl bucket own web 0-1000
exits "a bucket in two states" 1 "bucket 5 is given the states own and drain" \
    cohortctl bucket set web --epoch 9 --own 0-5 --drain 5-6
exits "an unknown cluster" 2 "there is no cluster nix" cohortctl bucket own nix 1
is "nothing changed" "$(cohortctl -j bucket show web)" "$all"

# ---- the most buckets there can be -----------------------------------------

check "65536 buckets" cohortctl cluster add big --dev eth1 --vip 192.0.2.51/24 --buckets 65536
every_fifth=$(seq -s, 0 5 65535)
own_every_fifth() { cohortctl bucket own big "$every_fifth"; }
shows_every_fifth() { [[ $(json .own cohortctl -j bucket show big) == "$every_fifth" ]]; }
check "every fifth one" own_every_fifth
check "is shown" shows_every_fifth
at_most "people get at most 80 columns" "$(cohortctl bucket show big | wc -L)" 80

# ---- leases ----------------------------------------------------------------

exits "a static cluster has no lease to renew" 2 "static" cohortctl bucket renew big
check "a deadline makes one" cohortctl bucket renew big --deadline 1h
is "that is valid" "$(json .lease.state cohortctl -j bucket show big)" valid

check "a lease" cohortctl cluster set web --lease 1h
check "own, within the lease" cohortctl bucket own web 0-9
is "it is valid" "$(lease)" valid
at_least "for an hour" "$(json .lease.remaining_ms cohortctl -j bucket show web)" 3500000
check "a nearer deadline" cohortctl bucket renew web --deadline 300ms
check_soon "passes" 10 lease_is expired
is "nothing remains" "$(json .lease.remaining_ms cohortctl -j bucket show web)" 0
check "renewal" cohortctl bucket renew web
is "revives it" "$(lease)" valid
check "a deadline that is now" cohortctl bucket renew web --deadline 0
is "is over" "$(lease)" expired
check "a change renews it too" cohortctl bucket own web 10
is "it is valid again" "$(lease)" valid
check "set takes a deadline" \
    cohortctl bucket set web --epoch 18446744073709551615 --own 0 --deadline 500ms
check_soon "which passes" 10 lease_is expired

# ---- stats -----------------------------------------------------------------

zeros=$(json '.[0] | del(.name) | [.[]] | add' cohortctl -j stats web)
is "no packet, no count" "$zeros" 0
is "every counter is there" "$(json '.[0] | keys_unsorted' cohortctl -j stats web)" \
    "$(printf '%s' '["name","accepted","foreign_dropped","expired_dropped","drain_accepted",' \
        '"drain_dropped","adopt_accepted","adopt_dropped","malformed_dropped","arp_rewritten",' \
        '"nd_rewritten"]')"
is "stats of all" "$(json '[.[].name]' cohortctl -j stats)" '["web","big"]'
check "people can read them" eval 'cohortctl stats web | grep -q "foreign_dropped  *0"'
exits "an unknown cluster has none" 2 "there is no cluster nix" cohortctl stats nix
