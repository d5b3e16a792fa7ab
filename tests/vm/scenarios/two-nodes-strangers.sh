#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What does not belong to the cluster has no effect on it: frames under another
# key, frames of another cluster, random bytes, and noise on the serial line.
# All of it is counted, and said once.
#
# kernels: 6.1 6.12
# everyday: 6.1
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh; and a stranger on both LANs, 10.8.0.3 and 192.0.2.3
source tests/vm/lib.sh
source tests/vm/two_nodes.sh

# stranger_up CLUSTER KEY: a daemon that believes to be alpha's peer.
stranger_up() {
    strange=$1
    mkdir -p /run/stranger
    (umask 077 && echo "$2" >/run/stranger/key)
    sed -e "s,^name = \"web\",name = \"$1\"," -e 's,/run/key,/run/stranger/key,' \
        -e 's,/run/beta,/run/stranger,' -e 's,10.8.0.2,10.8.0.3,' -e 's,192.0.2.2,192.0.2.3,' \
        /run/beta/cohort.toml >/run/stranger/cohort.toml
    spawn stranger cohortd --config /run/stranger/cohort.toml --socket /run/stranger/sock
}

stranger_down() {
    kill -KILL "$(</run/stranger/cohortd.pid)"
    wait_until 5 test -s /run/stranger/cohortd.status
    ns stranger cohortctl cluster del "$strange"
}

repeated() { grep -o 'link .*: dropped a frame: .*' "/run/$1/cohortd.log" | sort | uniq -d; }

declare -A seen
stage cohortd cohortctl echod probe switch socat dd
load_module
cluster_up
ns_add stranger
lan_join service stranger eth0 192.0.2.3/24
lan_join backup stranger eth1 10.8.0.3/24
before=$(epoch alpha)
probe_start "${CALM[@]}"
pass_time 1

probe_mark wrong-key
stranger_up web "a key that was guessed, and not well"
check_soon "frames under another key are counted" 10 counts alpha bad_mac 20
stranger_down
probe_mark other-cluster
stranger_up mail "the key of this guest's only cluster"
check_soon "frames of another cluster are counted" 10 counts alpha other_cluster 20
stranger_down

probe_mark random
for address in 10.8.0.1 10.8.0.2 192.0.2.1 192.0.2.2; do
    for size in 1 16 63 64 90 1400; do
        dd if=/dev/urandom bs=$size count=20 2>/dev/null |
            ns stranger socat -b $size - udp-sendto:$address:$HEARTBEATS
    done
done
# Of each size 20 came to either LAN's link; some begin as a frame of cohort does.
for node in alpha beta; do
    check_soon "$node counts the random datagrams that are no frames" 5 counts $node "not_cohort|version" 39
    check_soon "$node counts those too short" 5 counts $node too_short 159
    check_soon "$node counts those too long" 5 counts $node too_long 39
done
probe_mark noise
for node in alpha beta; do
    for size in 1 7 90 300 2000; do
        wire noise $SERIAL.$node $size
    done
    wire set $SERIAL.$node to corrupt=2 drop=1 duplicate=1
done
for node in alpha beta; do
    check_soon "noise on the serial line is counted by $node" 5 counts $node noise 0
done
pass_time 5
wire heal $SERIAL.alpha
wire heal $SERIAL.beta
for node in alpha beta; do
    check_soon "the serial line serves $node again" 5 link_is $node $SERIAL up
done
probe_end seen

is "both keep the epoch" "$(epoch alpha),$(epoch beta)" "$before,$before"
is "no question goes unanswered" "${seen[udp/unanswered]}" 0
is "none is answered twice" "${seen[udp/twice]}" 0
is "no connection is lost" "${seen[tcp/lost]}" 0
for node in alpha beta; do
    at_least "$node says what it dropped, and why" "$(grep -c 'dropped a frame' /run/$node/cohortd.log)" 7
    is "$node says it once" "$(repeated $node)" ""
    diag "$node: $(status $node | tr -d " \n")"
    diag "$(grep -i 'dropped' /run/$node/cohortd.log)"
done
