#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Buckets move from one node to another as protocol.md plans it: OWN to DRAIN
# here and ADOPT there, later OWN there. Connections stay with the node that
# has them, new ones begin at the new one, and nobody ever answers for both.
#
# kernels: 6.1 6.12
# everyday: 6.1
# icount: yes
# timeout: 900
# topology: see two_nodes.sh; the buckets are set by hand
source tests/vm/lib.sh
source tests/vm/two_nodes.sh

count() { ns "$1" cohortctl --json stats web | jq ".[0].$2"; }
counts() { count "$1" "$3" >"/tmp/$1.$3" && (($(</tmp/"$1.$3") >= $2)); }

stage probe echod cohortctl jq socat
load_module
network_up
for node in alpha beta; do
    ns $node cohortctl cluster add web --dev eth0 --vip $VIP/24 --seed 3 --buckets 64 ||
        bail "cannot add the cluster on $node"
done
ns alpha cohortctl bucket own web 0-63

probe_start --tcp 32 --connect-period 20ms
pass_time 1

# The swap of two nodes takes a moment, in which nobody may hold N: a SYN waits.
probe_mark drain
ns alpha cohortctl bucket set web --epoch 1 --drain 0-63
ns beta cohortctl bucket set web --epoch 1 --adopt 0-63
pass_time 2
probe_mark drained
pass_time 1
probe_mark steady
pass_time 1

declare -A seen
probe_end seen
is "no TCP connection is lost" "${seen[tcp/lost]}" 0
is "all stay with the node that drains" "${seen[tcp/open/1]}" 32
is "no answer is anybody else's" "${seen[tcp/misanswered]}" 0
is "no UDP question is answered twice" "${seen[udp/twice]}" 0
is "once moved, each UDP question is answered" "${seen[events/steady/udp/unanswered]}" 0
at_least "new connections are made" "${seen[events/steady/connects/begun]}" 20
is "each by the node that adopts" "${seen[events/steady/connects/answered/2]:-0}" "${seen[events/steady/connects/begun]}"
at_least "the draining node served what it knew" "$(count alpha drain_accepted)" 100
at_least "and left what was new" "$(count alpha drain_dropped)" 100
at_least "the adopting node took what was new" "$(count beta adopt_accepted)" 100
at_least "and was silent about what it did not know" "$(count beta adopt_dropped)" 100

# The same for what a client begins before and ends after: known by its socket.
mkfifo /tmp/say
ns alpha cohortctl bucket set web --epoch 2 --own 0-63
ns beta cohortctl bucket set web --epoch 2
ns client socat -u "open:/tmp/say,rdonly" "tcp:$VIP:$PORT" &
talk=$!
exec {say}>/tmp/say
established() { ns alpha ss -Htn state established "( sport = :$PORT )" | grep -q .; }
check_soon "a connection to the old owner" 10 established
ns alpha cohortctl bucket set web --epoch 3 --drain 0-63
ns beta cohortctl bucket set web --epoch 3 --adopt 0-63
exec {say}>&-
check_soon "its end still reaches it" 10 dead $talk
closed() { ! established; }
check_soon "and closes its socket" 10 closed

# Past the drain, the new owner answers for what nobody knows: with a reset.
ns alpha cohortctl bucket set web --epoch 4
ns beta cohortctl bucket set web --epoch 4 --own 0-63
check_soon "the new owner serves alone" 10 ns client socat -u /dev/null "tcp:$VIP:$PORT,connect-timeout=2"
