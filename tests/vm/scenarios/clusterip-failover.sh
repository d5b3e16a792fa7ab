#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A script as they were written for the target CLUSTERIP runs unmodified, on the
# kernel's own target and on the drop-in: it pings its peer over a second LAN, takes
# the peer's node number by /proc when it hears nothing, and gives it back.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
# timeout: 3600
# topology:
#     alpha  10.0.0.1 ──┐               alpha 10.8.0.1 ──┐
#     beta   10.0.0.2 ──┼── lan         beta  10.8.0.2 ──┴── backup
#     client 10.0.0.9 ──┘   VIP 10.0.0.50; asks from 10.77.0.0/24
source tests/vm/lib.sh
source tests/vm/clusterip.sh

VIP=10.0.0.50
declare -A seen

cat >/tmp/failover <<'SCRIPT'
#!/bin/bash
# failover start|stop OWN PEER PEERADDRESS
own=$2 peer=$3 address=$4
vip=10.0.0.50
proc=/proc/net/ipt_CLUSTERIP/$vip

start() {
    iptables-legacy -I INPUT -d $vip -i eth0 -j CLUSTERIP --new --hashmode sourceip-sourceport \
        --clustermac 01:00:5E:00:00:50 --total-nodes 2 --local-node "$own" --hash-init 4711 || exit 1
    lost=0
    while :; do
        if ping -q -c 1 -W 1 -I eth1 "$address" >/dev/null 2>&1; then
            ((lost < 3)) || echo "-$peer" >$proc
            lost=0
        elif ((++lost == 3)); then
            echo "+$peer" >$proc
        fi
        sleep 0.2
    done
}
stop() { iptables-legacy -D INPUT 1; }
"$1"
SCRIPT
chmod +x /tmp/failover

node_up() { # NAME ID
    ns_add "$1"
    lan_join lan "$1" eth0 "10.0.0.$2/24"
    lan_join backup "$1" eth1 "10.8.0.$2/24"
    ip -n "$1" addr add $VIP/24 dev eth0
    ip -n "$1" route add 10.77.0.0/24 via 10.0.0.9
    ns "$1" sysctl -qw "net.ipv4.ip_default_ttl=10$2"
    ns "$1" echod --node "$2" --port 7000 >"/tmp/$1.echod" &
}
cut_off() { ip -n lan link set "$1" down && ip -n backup link set "$1" down; }
join() { ip -n lan link set "$1" up && ip -n backup link set "$1" up; }
are() { [[ $(nodes_of "$1" $VIP) == "$2" ]]; }

answered_once() { # WHEN FIRSTPORT
    census seen --flows 500 --first-port "$2"
    is "$1: each UDP flow is answered once" "${seen[once]}" 500 || diag "$(</tmp/census)"
    by_alpha=${seen[answers/1]:-0} by_beta=${seen[answers/2]:-0}
    census seen --flows 50 --bytes 4000 --first-port "$2"
    is "$1: so is each datagram of 4,000 bytes" "${seen[once]}" 50 || diag "$(</tmp/census)"
    census seen --flows 100 --protocol tcp --first-port "$2"
    is "$1: so is each TCP connection" "${seen[once]}" 100 || diag "$(</tmp/census)"
    census seen --flows 100 --protocol icmp
    is "$1: so is each echo request" "${seen[once]}" 100 || diag "$(</tmp/census)"
}

stage probe echod iptables-legacy bash sleep
modprobe -a bridge veth iptable_filter
load_target
lan_add lan
lan_add backup
ns_add client
lan_join lan client eth0 10.0.0.9/24
ip -n client route add local 10.77.0.0/24 dev lo
probe_target=$VIP:7000
probe_sources=10.77.0.0/24
node_up alpha 1
node_up beta 2
ip netns exec alpha /tmp/failover start 1 2 10.8.0.2 2>/tmp/alpha.failover &
scripts=($!)
ip netns exec beta /tmp/failover start 2 1 10.8.0.1 2>/tmp/beta.failover &
scripts+=($!)
wait_until 20 are alpha 1 || bail "the script does not run: $(</tmp/alpha.failover)"
wait_until 20 are beta 2 || bail "the script does not run: $(</tmp/beta.failover)"
wait_until 5 ns client ping -c 1 -W 1 10.0.0.1 || bail "the LAN does not work"

answered_once 'two nodes' 20000
at_least 'alpha answers its part' "$by_alpha" 200
at_least 'beta answers its part' "$by_beta" 200
cut_off beta
check_soon 'beta is cut off: the script takes its number' 60 are alpha 1,2
answered_once 'one node' 22000
is 'alpha answers all' "$by_alpha" 500
join beta
check_soon 'beta is back: the script gives its number back' 60 are alpha 1
check_soon 'and beta gives alpha its own' 60 are beta 2
answered_once 'two nodes again' 24000
at_least 'alpha answers its part' "$by_alpha" 200
at_least 'beta answers its part' "$by_beta" 200
is 'no command of the script was refused' "$(cat /tmp/alpha.failover /tmp/beta.failover)" ''
kill "${scripts[@]}"
wait "${scripts[@]}"
for node in alpha beta; do
    check "$node: the script stops" ns $node /tmp/failover stop
    is "$node: nothing is left" "$(ns $node ls /proc/net/ipt_CLUSTERIP)" ''
done
