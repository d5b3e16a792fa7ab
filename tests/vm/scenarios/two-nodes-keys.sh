#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What both nodes must have alike: the keys for frames, and the settings of the
# digest. The key is rotated while the nodes serve: nothing goes unanswered and
# nothing moves, a stage that the peer is not ready for is refused, and at the
# end a frame under the old key is dropped. Then beta comes back with another
# VIP, hash, number of buckets or seed: neither node serves beside the other, and
# both name what differs. Nor does either if both have one id, nor a new node with
# another key.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh; and a stranger on the backup LAN, 10.8.0.3
source tests/vm/lib.sh
source tests/vm/two_nodes.sh

# keys NODE ID:USE…: what the node's file says from now on.
keys() {
    local key
    cp "/run/$1/plain.toml" "/run/$1/cohort.toml"
    for key in "${@:2}"; do
        printf '[[key]]\nid = %s\nfile = "%s"\nuse = "%s"\n' \
            "${key%:*}" "/run/key${key%:*}" "${key#*:}" >>"/run/$1/cohort.toml"
    done
}

# keys_are NODE PEER ACCEPTS SENDS: as the node knows of its peer.
keys_are() {
    [[ $(squeezed "$1") == *"\"id\":${node_id[$2]},\"keys\":{\"accepts\":[$3],\"accepts_ours\":true,\"sends\":$4}"* ]]
}
stage_is() { [[ $(squeezed "$1") == *"\"keys\":{\"stage\":$2,"* ]]; }
warns() { COHORT_SOCKET=/run/$1/sock cohortctl status | grep -F "$2"; }
held() { ns "$1" cohortctl --json bucket show web | grep '"own"'; }

# come_back_with SED: beta comes back with another line in its file.
come_back_with() {
    kill -TERM "${daemon[beta]}"
    wait_until 20 test -s /run/beta/cohortd.status || bail "beta does not leave"
    wait_until 20 serves alpha 4096 || cluster_bail "alpha does not serve alone"
    sed "$1" /run/beta/plain.toml >/run/beta/cohort.toml
    daemon_start beta
}

# mismatch SETTING SED HERE THERE: as alpha sees it.
mismatch() {
    probe_mark "${1##* }"
    come_back_with "$2"
    check_soon "$1: alpha names it" 20 differs alpha "$1" "$3" "$4"
    check_soon "$1: so does beta" 20 differs beta "$1" "$4" "$3"
    check "$1: alpha logs it" logged alpha "$1 ($4 there, $3 here)"
    check "$1: so does beta" logged beta "$1 ($3 there, $4 here)"
    check_soon "$1: alpha serves nothing beside beta" 10 serves alpha 0
    check_soon "$1: nor beta beside alpha" 10 serves beta 0
    diag "$(COHORT_SOCKET=/run/alpha/sock cohortctl status)"
}

declare -A seen
stage cohortd cohortctl echod probe switch socat cp
load_module
(
    umask 077
    echo "the key of this guest's only cluster" >/run/key1
    echo "the second key of this guest's cluster" >/run/key2
    echo "the third key of this guest's cluster" >/run/key3
)
cluster_up
for node in alpha beta; do
    cp /run/$node/cohort.toml /run/$node/plain.toml
done
before=$(epoch alpha)
owned=$(held alpha),$(held beta)
probe_start "${CALM[@]}"
pass_time 1

probe_mark rotation
check_soon "a key file alone is key 1" 5 keys_are alpha beta 1 1
keys alpha 1:accept 2:send
check "a key that beta does not accept yet is refused, and beta named" \
    refused alpha "beta does not accept key 2 yet"
keys alpha 1:send 2:accept
check "stage 1 on alpha" reload alpha
check_soon "beta is what it waits for" 5 stage_is alpha 1
keys beta 1:send 2:accept
kill -HUP "${daemon[beta]}"
for node in alpha beta; do
    check_soon "$node knows that its peer accepts both" 5 keys_are $node "$(other $node)" 1,2 1
done
check_soon "so stage 2 is next" 5 stage_is alpha 2
keys alpha 1:accept 2:send
check "stage 2 on alpha" reload alpha
check_soon "beta knows" 5 keys_are beta alpha 1,2 2
keys alpha 2:send
check "the old key is not removed while beta sends with it" refused alpha "beta still sends with key 1"
keys beta 1:accept 2:send
check "stage 2 on beta" reload beta
check_soon "alpha knows" 5 keys_are alpha beta 1,2 2
check_soon "so stage 3 is next" 5 stage_is alpha 3
check "stage 3 on alpha" reload alpha
keys beta 2:send
check "stage 3 on beta" reload beta
for node in alpha beta; do
    check_soon "$node knows that its peer accepts the new key alone" 5 keys_are $node "$(other $node)" 2 2
done
check_soon "the rotation is over" 5 stage_is alpha 0
pass_time 1
for node in alpha beta; do
    is "$node dropped nothing" "$(($(dropped $node unknown_key) + $(dropped $node bad_mac)))" 0
done

# Under the old key, in beta's name. What the stranger serves it serves to nobody.
probe_mark removed
ns_add stranger
lan_join backup stranger eth1 10.8.0.3/24
ip -n stranger link add eth0 type veth peer name nowhere
ip -n stranger link set nowhere up
ip -n stranger link set eth0 up
mkdir -p /run/stranger
sed 's,/run/beta,/run/stranger,; s,10.8.0.2,10.8.0.3,' /run/beta/plain.toml >/run/stranger/cohort.toml
spawn stranger cohortd --config /run/stranger/cohort.toml --socket /run/stranger/sock
check_soon "a frame under the removed key is dropped, and counted as that" 10 counts alpha unknown_key 20
kill -KILL "$spawned"
pass_time 1
probe_end seen

is "both keep the epoch" "$(epoch alpha),$(epoch beta)" "$before,$before"
is "no bucket has moved" "$(held alpha),$(held beta)" "$owned"
is "no question goes unanswered" "${seen[udp/unanswered]}" 0
is "none is answered twice" "${seen[udp/twice]}" 0
is "no connection is lost" "${seen[tcp/lost]}" 0
# Now, since what follows is forced: nodes that cannot hear each other, and
# nodes of different settings.
check_traces

keys alpha 2:accept 3:send
check "a key that beta lacks is refused" refused alpha "cohortctl reload --force"
check "unless it is forced" reload alpha --force
check_soon "whereupon beta cannot hear alpha" 10 counts beta unknown_key 5
keys beta 2:send 3:accept
check "until beta accepts it" reload beta
check_soon "and both share the buckets again" 30 halves

for node in alpha beta; do
    keys $node 3:send
    reload $node --force >/dev/null
    cp /run/$node/cohort.toml /run/$node/plain.toml
done
wait_until 30 halves || cluster_bail "the nodes do not share the buckets"
probe_start --period 1ms
mismatch "[[address]] web: vip" 's,^vip = .*,vip = ["192.0.2.51/24"],' 192.0.2.50/24 192.0.2.51/24
mismatch "[[address]] web: hash" 's,^hash = .*,hash = "sourceip",' sourceip-sourceport sourceip
mismatch "[[address]] web: buckets" 's,^hash = ,buckets = 1024\n&,' 4096 1024
mismatch "[[address]] web: seed" 's,^hash = ,function = "clusterip"\nseed = 7\n&,' 0 7

# mistaken WHAT SED WARNING NODE…: beta is set up anew, with another line in its file.
# These warn, and beta takes nothing for its own.
mistaken() {
    local node
    kill -TERM "${daemon[beta]}"
    wait_until 20 test -s /run/beta/cohortd.status || bail "beta does not leave"
    rm -r /run/beta/state
    sed "$2" /run/beta/plain.toml >/run/beta/cohort.toml
    daemon_start beta
    for node in "${@:4}"; do
        check_soon "$1: $node warns" 20 warns "$node" "$3"
    done
    pass_time 3
    check "$1: beta serves nothing beside alpha" serves beta 0
}

# As when one file was copied to both hosts: alpha cannot tell who is in the right.
probe_mark mistaken
mistaken "one id for both" 's,^node = 2,node = 1,' "another cohortd speaks as this node" alpha beta
check "one id for both: alpha serves nothing beside beta" serves alpha 0
kill -KILL "${daemon[beta]}"
wait_until 5 test -s /run/beta/cohortd.status || bail "beta does not end"
ns beta cohortctl cluster del web
rm -r /run/beta/state
cp /run/beta/plain.toml /run/beta/cohort.toml
daemon_start beta
wait_until 30 halves || cluster_bail "the nodes do not share the buckets"

# As when the key was not copied: beta cannot tell who speaks, but that somebody does.
(umask 077 && echo "a key that alpha does not have" >/run/beta/key)
mistaken "another key" 's,"/run/key[0-9]*","/run/beta/key",' "its MAC is wrong" beta
check "another key: alpha serves all" serves alpha 4096
probe_mark agreed
come_back_with ''
check_soon "with the same settings they share the buckets again" 30 halves
probe_end seen
is "at no instant did two nodes answer" "${seen[udp/twice]}" 0
