#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Past its deadline a node is silent by itself: no packet later than that is
# accepted, whoever sleeps. It is told once, and once more when the lease
# comes back.
#
# kernels: 6.1 6.12 debug
# everyday: 6.12
# icount: yes
# topology:
#     node   192.0.2.1 ──┬── service    VIP 192.0.2.50
#     client 192.0.2.9 ──┘
source tests/vm/lib.sh

VIP=192.0.2.50
TRACING=/sys/kernel/tracing

count() { ns node cohortctl --json stats web | jq ".[0].$1"; }
lease() { ns node cohortctl --json cluster show web | jq -r '.[0].lease.state'; }
lease_is() { [[ $(lease) == "$1" ]]; }
pings() { ns client ping -q -c 1 -W 1 $VIP; }
events() { jq -rs "[.[] | select(.event == \"$1\")] | length" /tmp/events; }
told() { (($(events "$1") >= $2)); }

stage cohortctl jq ping awk
load_module
modprobe -a bridge veth
mountpoint -q $TRACING || mount -t tracefs tracefs $TRACING || bail "no tracefs"
lan_add service
ns_add node client
lan_join service node eth0 192.0.2.1/24
lan_join service client eth0 192.0.2.9/24

ns node cohortctl --json monitor >/tmp/events 2>/tmp/listening &
wait_until 10 grep -q listening /tmp/listening || bail "no monitor"

check "a leased cluster" ns node cohortctl cluster add web --dev eth0 --vip $VIP/24 --lease 1h
is "begins with a lease" "$(lease)" valid
check "it owns all" ns node cohortctl bucket own web 0-4095
check_soon "it answers" 5 pings

# Every verdict, with the time of the very clock that the deadline is on.
echo boot >$TRACING/trace_clock
echo 1 >$TRACING/events/cohort/enable
ns node cohortctl bucket set web --epoch 1 --own 0-4095 --deadline 400ms
ns client ping -q -i 0.002 -c 400 -W 1 $VIP >/tmp/ping
echo 0 >$TRACING/events/cohort/enable
# shellcheck disable=SC2016 # awk's
verdicts=$(awk '
    { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+\.[0-9]+:$/) at = $i + 0 }
    /cohort_swap/ { deadline = $NF / 1e9 }
    /: accepted$/ { before++; if (at > deadline + 1e-6) late++ }
    /: expired_dropped$/ { after++; if (at < deadline - 1e-6) early++ }
    END { printf "%d %d %d %d\n", before, after, late, early }' $TRACING/trace)
read -r before after late early <<<"$verdicts"
at_least "packets were accepted before the deadline" "$before" 10
at_least "packets were refused after it" "$after" 10
is "none was accepted after it" "$late" 0
is "none was refused before it" "$early" 0
is "the lease is over" "$(lease)" expired
check_fails "the node is silent" pings
at_least "what it refuses is counted" "$(count expired_dropped)" 10
check_soon "the end is told" 5 told lease-expired 1

check "a renewal" ns node cohortctl bucket renew web --deadline 1h
check_soon "brings the answers back" 5 pings
check_soon "that is told too" 5 told lease-restored 1
is "the end was told once" "$(events lease-expired)" 1

ns node cohortctl bucket renew web --deadline 50ms
check_soon "a second end" 5 told lease-expired 2
refused=$(count foreign_dropped)
ns node cohortctl bucket set web --epoch 2 --deadline 50ms
check_soon "with no bucket held, too, the lease ends" 5 lease_is expired
check_fails "nothing is served" pings
is "what belongs to others is theirs, lease or not" "$(($(count foreign_dropped) > refused))" 1
check_fails "an older epoch is refused" ns node cohortctl bucket set web --epoch 1 --own 0-4095 --deadline 1s
check_fails "so is a deadline beyond an hour" ns node cohortctl bucket renew web --deadline 61m
is "and both change nothing" "$(lease)" expired
check "a static cluster" ns node cohortctl cluster set web --lease 0s
is "has no deadline" "$(lease)" static
