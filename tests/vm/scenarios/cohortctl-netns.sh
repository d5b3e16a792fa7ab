#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cohortctl in other network namespaces and for other users: every namespace
# has clusters of its own; anyone may look, only CAP_NET_ADMIN may change, and
# only it is told the key.
#
# kernels: 6.1 6.12
# everyday: 6.12
source tests/vm/lib.sh
source tests/vm/lib-cohortctl.sh

stage cohortctl jq ip setpriv
load_module
ns_add blue red
device eth0 blue
device eth0 red

names() { json '[.[].name]' cohortctl -n "$1" -j cluster show; }

check "a cluster in one namespace" \
    cohortctl -n blue cluster add web --dev eth0 --vip 192.0.2.50/24
check "the same in another" cohortctl cluster add web --netns red --dev eth0 --vip 192.0.2.50/24
is "each has its own" "$(names blue)$(names red)" '["web"]["web"]'
is "here is none" "$(json . cohortctl -j cluster show)" '[]'
check "its address is there" ip -n blue addr show dev eth0 to 192.0.2.50
check "buckets of one" cohortctl -n blue bucket own web 0-9
is "are not the other's" "$(json .own cohortctl -n red -j bucket show web)" ""
is "from inside it is the same" "$(json .own ns blue cohortctl -j bucket show web)" "0-9"
check "one goes" cohortctl -n red cluster del web
is "the other stays" "$(names blue)$(names red)" '["web"][]'
exits "a namespace that is not there" 2 "there is no network namespace 'green'" \
    cohortctl -n green cluster show

# ---- users -----------------------------------------------------------------

# The host's files are reached by a path that only root may walk.
export PATH=/run/stage:$PATH
chmod 755 /run /run/stage
device eth1
check "a cluster here" cohortctl cluster add web --dev eth1 --vip 192.0.2.50/24
check "with a bucket" cohortctl bucket own web 5
is "anyone may list" "$(json '.[0].own' as_nobody cohortctl -j cluster show)" "5"
is "and see buckets" "$(json .own as_nobody cohortctl -j bucket show web)" "5"
is "and count" "$(json '.[0].accepted' as_nobody cohortctl -j stats)" 0
before=$(cohortctl -j cluster show; ip addr)
refused() { exits "not allowed: ${*:2}" 2 "$1" as_nobody cohortctl "${@:2}"; }
refused "CAP_NET_ADMIN" cluster add new --dev eth1 --vip 192.0.2.60/24
refused "CAP_NET_ADMIN" cluster set web --lease 1s
refused "CAP_NET_ADMIN" cluster del web
refused "CAP_NET_ADMIN" bucket own web 1
refused "CAP_NET_ADMIN" bucket set web --epoch 9 --own 1
refused "CAP_NET_ADMIN" bucket renew web --deadline 1s
refused "told only to CAP_NET_ADMIN" hash web --src 192.0.2.1:1
refused "CAP_SYS_ADMIN" -n blue cluster show
is "nothing changed" "$(cohortctl -j cluster show; ip addr)" "$before"
check "the administrator is told the key" cohortctl hash web --src 192.0.2.1:1

# A user who is root in a user namespace rules the network that belongs to it.
own_network() {
    unshare --user --map-root-user --net bash -c '
        ip link add eth0 type dummy && ip link set eth0 up &&
        cohortctl cluster add mine --dev eth0 --vip 192.0.2.50/24 &&
        cohortctl bucket own mine 1 && cohortctl hash mine --src 192.0.2.1:1 >/dev/null &&
        cohortctl -j cluster show' | jq -r '.[0].own'
}
is "root of a user namespace rules its own network" "$(own_network)" 1
