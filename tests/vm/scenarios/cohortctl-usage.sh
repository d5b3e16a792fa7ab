#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Words that cannot be right: one line that says so, status 1, nothing changed.
#
# kernels: 6.1
source tests/vm/lib.sh
source tests/vm/lib-cohortctl.sh

stage cohortctl jq ip

# ---- before the module is there --------------------------------------------

exits "without the module, it is named" 3 "run 'modprobe cohort'" cohortctl cluster show
exits "usage comes first" 1 "cluster name 'Web'" cohortctl cluster show Web
exits "cohortd is not there" 3 "cohortd does not answer at /run/cohort/cohortd.sock" cohortctl status
COHORT_SOCKET=/tmp/none exits "nor elsewhere" 3 "/tmp/none" cohortctl status

load_module
device eth1
check "a cluster" cohortctl cluster add web --dev eth1 --vip 192.0.2.50/24
check "with buckets" cohortctl bucket own web 0-9
snapshot() { cohortctl -j cluster show; ip addr; }
before=$(snapshot)

# wrong WORDS ARGUMENT…
wrong() { exits "refused: ${*:2}" 1 "$1" cohortctl "${@:2}"; }
add() { wrong "$1" cluster add new "${@:2}"; }
set_() { wrong "$1" cluster set web "${@:2}"; }
good=(--dev eth1 --vip 192.0.2.60/24)

# ---- commands --------------------------------------------------------------

wrong "a command is missing"
wrong "unknown 'frobnicate'" frobnicate
wrong "a command is missing; it is one of add, set, del, show" cluster
wrong "unknown 'remove'" cluster remove web
wrong "NAME is required" cluster del
wrong "unexpected '--force'" cluster del web --force
wrong "unexpected 'more'" bucket own web 1 more
wrong "--netns needs a value" cluster show -n
wrong "is not a name of a network namespace" -n ../ns cluster show

# ---- values of cluster add and set -----------------------------------------

for name in Web 'a b' a/b a.b "$(printf 'x%.0s' {1..32})" ''; do
    wrong "is not 1 to 31 of a-z 0-9 - _" cluster add "$name" "${good[@]}"
done
add "--dev is required" --vip 192.0.2.60/24
add "--vip is required" --dev eth1
add "--dev is given more than once" "${good[@]}" --dev eth1
add "is not a name of a device" --dev eth1/2 --vip 192.0.2.60/24
add "is not a name of a device" --dev abcdefghijklmnop --vip 192.0.2.60/24
for vip in 192.0.2.60 192.0.2.300/24 192.0.2/24 web/24 2001:db8::g/64 /24 '' 192.0.2.60/; do
    add "VIP '$vip'" --dev eth1 --vip "$vip"
done
for vip in 192.0.2.60/0 192.0.2.60/33 192.0.2.60/x 2001:db8::1/129; do
    add "prefix length" --dev eth1 --vip "$vip"
done
add "given twice" "${good[@]}" --vip 192.0.2.60/32
many=()
for i in {1..65}; do many+=(--vip "10.0.0.$i/24"); done
add "65 VIPs are too many" --dev eth1 "${many[@]}"
add "sourceip-sourceport-destport" "${good[@]}" --hash destport
add "siphash, clusterip" "${good[@]}" --function md5
add "multicast, igmp, unicast" "${good[@]}" --l2 broadcast
for buckets in 0 65537 -1 4k 1.5 ''; do
    add "bucket count '$buckets'" "${good[@]}" --buckets "$buckets"
done
for seed in -1 4294967296 0x10 ten; do
    add "seed '$seed'" "${good[@]}" --seed "$seed"
done
for mac in 01:02:03:04:05 01:02:03:04:05:0g 010203040506 none; do
    add "MAC address '$mac'" "${good[@]}" --mac "$mac"
done
for lease in 1 1x -1s 1.s ten '' 1,5s; do
    add "duration '$lease'" "${good[@]}" --lease "$lease"
done
add "whole number of milliseconds" "${good[@]}" --lease 1500us
add "longer than the longest, 1h" "${good[@]}" --lease 61m
set_ "duration 'soon'" --lease soon
set_ "VIP 'none'" --vip none
set_ "bucket count '0'" --buckets 0

# ---- key files -------------------------------------------------------------

key=/tmp/key
printf 'a key of thirty-two random bytes' >"$key"
for mode in 644 640 604 700; do
    chmod "$mode" "$key"
    add "has mode 0$mode" "${good[@]}" --key-file "$key"
done
chmod 600 "$key"
add "exclude each other" "${good[@]}" --key-file "$key" --seed 1
add "clusterip takes --seed" "${good[@]}" --key-file "$key" --function clusterip
chown 4711 "$key"
add "belongs to user 4711" "${good[@]}" --key-file "$key"
echo short >"$key"
chown 0 "$key"
add "at least 16 bytes, this one 5" "${good[@]}" --key-file "$key"
add "No such file or directory" "${good[@]}" --key-file /tmp/none
add "not a regular file" "${good[@]}" --key-file /tmp
mkfifo -m 600 /tmp/fifo
add "not a regular file" "${good[@]}" --key-file /tmp/fifo

# ---- bucket lists, epochs, deadlines ---------------------------------------

for list in '' ',' '1,' ',1' 1-2-3 -1 0x1 a 1.5 '1 2' '1;2'; do
    wrong "bucket list: " bucket own web "--" "$list"
done
wrong "runs backwards; write 3-7" bucket own web 7-3
wrong "bucket 5 is named twice" bucket own web 0-5,5
wrong "there are 4096 buckets, 0 to 4095" bucket own web 4096
wrong "--epoch is required" bucket set web --own 1
wrong "epoch '-1'" bucket set web --epoch -1 --own 1
wrong "epoch '18446744073709551616'" bucket set web --epoch 18446744073709551616
wrong "states own and adopt" bucket set web --epoch 1 --own 1 --adopt 1
wrong "duration '1'" bucket set web --epoch 1 --deadline 1
wrong "farthest, 1h" bucket renew web --deadline 2h

# ---- hash ------------------------------------------------------------------

wrong "--src is required" hash web
for src in '' web 192.0.2 192.0.2.1:65536 192.0.2.1: '[192.0.2.1]:1' '[2001:db8::1'; do
    wrong "source '$src'" hash web --src "$src"
done
wrong "destination port '65536'" hash web --src 192.0.2.1 --dport 65536
wrong "has no VIP of the family of 2001:db8::1" hash web --src 2001:db8::1

is "nothing changed" "$(snapshot)" "$before"

# ---- what is printed -------------------------------------------------------

is "the version" "$(cohortctl --version | grep -c '^cohortctl [0-9]')" 1
for command in "" cluster "cluster add" "cluster set" bucket "bucket set" hash stats monitor reload status; do
    # shellcheck disable=SC2086 # words
    check "help of '$command'" eval "cohortctl $command --help | grep -q Example"
done
full() { cohortctl cluster show >/dev/full; }
full 2>/tmp/words
is "a full disk is an error" "$?" 2
is "and is said" "$(</tmp/words)" "cohortctl: cannot write to standard output: No space left on device"
closed() { cohortctl -j cluster show >&-; }
check_fails "so is a closed output" closed
is "another locale changes nothing" "$(LC_ALL=de_DE.UTF-8 cohortctl -j cluster show)" \
    "$(cohortctl -j cluster show)"
