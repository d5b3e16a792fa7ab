#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cohortctl hash tells the bucket that the kernel chooses: for real datagrams
# from many sources, in each mode and with each function, the packet counts as
# served exactly if its bucket is held.
#
# kernels: 6.1 6.12
# everyday: 6.12
# topology:
#     client eth0 192.0.2.1 ──── node eth0, VIP 192.0.2.50
source tests/vm/lib.sh
source tests/vm/lib-cohortctl.sh

stage cohortctl jq ip python3
load_module
ns_add node client
ip -n node link add eth0 type veth peer name eth0 netns client || bail "cannot make a veth pair"
ip -n node link set eth0 up
ip -n client link set eth0 up
ip -n client addr add 192.0.2.1/24 dev eth0
ip -n node addr add 192.0.2.2/24 dev eth0
ip -n client neigh add 192.0.2.50 lladdr 03:c0:c0:00:02:32 dev eth0
ip -n client addr add 2001:db8::1/64 dev eth0 nodad
ip -n client neigh add 2001:db8::50 lladdr 03:c0:c0:00:02:32 dev eth0
# Sources other than the client's own: one for each address of a net.
ns client ip route add local 198.51.100.0/24 dev lo
ns client ip route add local 2001:db8:7::/48 dev lo
ns client sysctl -qw net.ipv4.ip_nonlocal_bind=1 net.ipv6.ip_nonlocal_bind=1
ns node sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0

ctl() { cohortctl -n node "$@"; }

# A sender that lives as long as this script: a line "SOURCE SPORT DPORT" is a
# datagram, and is answered once that has been sent.
coproc sender {
    ns client python3 -uc '
import socket, sys
for line in sys.stdin:
    source, sport, dport = line.split()
    family, vip = (socket.AF_INET6, "2001:db8::50") if ":" in source else (socket.AF_INET, "192.0.2.50")
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.bind((source, int(sport)))
        s.sendto(b"x", (vip, int(dport)))
    print("sent")'
}
# shellcheck disable=SC2154 # set by coproc
to_sender=${sender[1]} from_sender=${sender[0]}
send() { echo "$1" >&"$to_sender" && read -rt 10 -u "$from_sender"; }

# counted ACCEPTED DROPPED
counted() { [[ $(json '.[0] | "\(.accepted) \(.foreign_dropped)"' ctl -j stats web) == "$1 $2" ]]; }

tuples=("198.51.100.7 40000 53" "198.51.100.200 65535 1")
tuples_ipv6=("2001:db8:7::9 40000 53" "2001:db8:7:ffff:1::8000 65535 1")

# told MODE FUNCTION OPTION…: each datagram is served by the bucket that hash
# tells, and by no other.
told() {
    local tuple source sport dport bucket state sent=0 vips=(--vip 192.0.2.50/24) all=("${tuples[@]}")
    if [[ $2 == siphash ]]; then
        vips+=(--vip 2001:db8::50/64)
        all+=("${tuples_ipv6[@]}")
    fi
    check "a cluster: $*" ctl cluster add web --dev eth0 "${vips[@]}" --hash "$1" \
        --function "${@:2}" --buckets 64
    for tuple in "${all[@]}"; do
        read -r source sport dport <<<"$tuple"
        [[ $source != *:* ]] || source="[$source]"
        bucket=$(json .bucket ctl -j hash web --src "$source:$sport" --dport "$dport")
        ctl bucket set web --epoch 0 --own "$bucket"
        state=$(json .state ctl -j hash web --src "$source:$sport" --dport "$dport")
        is "$tuple: bucket $bucket is held" "$state" own
        send "$tuple"
        check_soon "it serves the datagram" 5 counted $((sent + 1)) "$sent"
        ctl bucket own web 0-63
        ctl bucket release web "$bucket"
        send "$tuple"
        sent=$((sent + 1))
        check_soon "the 63 others do not" 5 counted "$sent" "$sent"
    done
    ctl cluster del web
}

printf 'a key of thirty-two random bytes' >/tmp/key
chmod 600 /tmp/key
told sourceip siphash
told sourceip-sourceport siphash --key-file /tmp/key
told sourceip-sourceport-destport siphash --seed 99
told sourceip clusterip
told sourceip-sourceport clusterip --seed 3735928559
told sourceip-sourceport-destport clusterip --seed 1

# What the old target's 6.1 kernel decided: node 1 of 2, so bucket 0.
check "the old target's hash" ctl cluster add old --dev eth0 --vip 192.0.2.50/24 \
    --function clusterip --hash sourceip-sourceport-destport --buckets 16
hash() { json '[.bucket, .hash]' ctl -j hash old --src "$1" --dport "$2"; }
is "192.0.2.1:40000 to 80" "$(hash 192.0.2.1:40000 80)" "[1,$((0x1e7b3a03))]"
is "198.51.100.77:1025 to 443" "$(hash 198.51.100.77:1025 443)" "[8,$((0x8010e994))]"
ctl cluster del old

# Two nodes with the same key file agree; another name is another key.
key_bucket() {
    ctl cluster add "$1" --dev eth0 --vip 192.0.2.50/24 --key-file /tmp/key --no-address >&2
    json .hash ctl -j hash "$1" --src 198.51.100.7:40000
    ctl cluster del "$1"
}
is "the same key and name, the same hash" "$(key_bucket web)" "$(key_bucket web)"
check_fails "another name, another hash" [ "$(key_bucket web)" = "$(key_bucket mail)" ]
printf 'a key of thirty-two random bytes\n' >/tmp/key
first=$(key_bucket web)
printf 'a key of thirty-two random bytes' >/tmp/key
is "a newline at the file's end does not count" "$first" "$(key_bucket web)"
check "people can read it" ctl cluster add web --dev eth0 --vip 192.0.2.50/24
is "as one line" "$(ctl hash web --src 192.0.2.1:1 | sed 's/[0-9]*,/N,/')" "bucket N, none here, lease static"
