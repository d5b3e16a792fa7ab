#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cohortctl monitor: each event once and in order, lost ones admitted.
#
# kernels: 6.1 6.12
# everyday: 6.1
source tests/vm/lib.sh
source tests/vm/lib-cohortctl.sh

stage cohortctl jq ip setpriv
load_module
device eth1

# monitor NAME COMMAND…: in the background, once it listens; its lines come to /tmp/NAME.
monitor() {
    "${@:2}" monitor >"/tmp/$1" 2>"/tmp/$1.err" &
    monitor=$!
    wait_until 10 grep -q "listening for events" "/tmp/$1.err" || bail "monitor $1 does not listen"
}
events() { jq -rc "[.name, .event] | join(\" \")" </tmp/json; }
lines() { [[ $(wc -l <"/tmp/$1") -ge $2 ]]; }

monitor text cohortctl
text=$monitor
monitor json cohortctl -j
cohortctl cluster add web --dev eth1 --vip 192.0.2.50/24
cohortctl cluster set web --lease 1h
cohortctl bucket own web 0-9
cohortctl bucket set web --epoch 7 --own 0
cohortctl bucket renew web --deadline 1us
check_soon "an expiry is told" 10 grep -q lease-expired /tmp/json
cohortctl bucket renew web
check_soon "a renewal after it is told" 10 grep -q lease-restored /tmp/json
ip link del eth1
check_soon "a device that goes" 10 grep -q device-gone /tmp/json
device eth1
check_soon "a device that comes back" 10 grep -q device-back /tmp/json
cohortctl cluster del web
check_soon "a deletion is told" 10 grep -q cluster-deleted /tmp/json

is "each once, in order" "$(events | tr '\n' ,)" "$(printf 'web %s,' cluster-added cluster-changed \
    buckets-changed buckets-changed lease-expired lease-restored device-gone device-back cluster-deleted)"
is "one JSON value a line" "$(jq -c . /tmp/json | wc -l)" "$(wc -l </tmp/json)"
is "with the state after it" \
    "$(jq -c 'select(.event == "lease-expired") | [.epoch, .lease.state, .dev]' /tmp/json)" \
    '[7,"expired","eth1"]'
check_soon "people get as many lines" 10 lines text "$(wc -l </tmp/json)"
check "with a time" grep -Eq '^[0-9-]+T[0-9:.]+Z  web  device-gone  ' /tmp/text
kill "$text" "$monitor"

# ---- another namespace -----------------------------------------------------

ns_add blue
device eth0 blue
monitor json cohortctl -j -n blue
cohortctl cluster add here --dev eth1 --vip 192.0.2.50/24
cohortctl -n blue cluster add there --dev eth0 --vip 192.0.2.50/24
check_soon "its events come" 10 grep -q there /tmp/json
is "those of others do not" "$(events)" "there cluster-added"
kill "$monitor"

# ---- lost events -----------------------------------------------------------

# Without a privilege the queue is short; while the reader is stopped, it overflows.
sysctl -qw net.core.rmem_max=8192
monitor json setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all cohortctl -j
kill -STOP "$monitor"
for bucket in {0..39}; do cohortctl bucket own here "$bucket"; done
kill -CONT "$monitor"
check_soon "that events were lost is told" 20 grep -q events-lost /tmp/json
cohortctl cluster del here
check_soon "later ones come again" 10 grep -q cluster-deleted /tmp/json
at_most "fewer came than were sent" "$(grep -c buckets-changed /tmp/json)" 39
kill "$monitor"

# ---- a reader that goes away -----------------------------------------------

mkfifo /tmp/pipe
cohortctl monitor >/tmp/pipe 2>/tmp/pipe.err &
monitor=$!
exec 9</tmp/pipe
wait_until 10 grep -q listening /tmp/pipe.err
exec 9<&-
check_soon "monitor ends with its reader" 10 dead "$monitor"
