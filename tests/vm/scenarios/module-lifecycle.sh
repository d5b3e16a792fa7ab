#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Clusters end in every way there is, under traffic: deleted, with their device,
# with their namespace, with the module. Nothing is left behind, and the
# kernel's log has nothing to say (which the runner checks).
#
# kernels: 6.1 6.12 debug
# everyday: 6.12
# memory: 768
# cpus: 2
# timeout: 1800
# topology:
#     node   192.0.2.1 ──┬── service    VIP 192.0.2.50
#     client 192.0.2.9 ──┘  which floods it all the time, in datagrams and fragments
source tests/vm/lib.sh

VIP=192.0.2.50
MAC=01:00:5e:00:00:50

flood() { # frames to the VIP, whole and in pieces, without an end
    ns client python3 -B - <<'PYTHON'
import random
import sys
import time
sys.path.insert(0, "tests/vm")
from packets import UDP, fragments, ip, mac, ports
import socket
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
head = mac("01:00:5e:00:00:50") + mac("02:00:00:00:00:09") + b"\x08\x00"
frames = []
for number in range(256):
    flow = ports(UDP, 1024 + number, 80, bytes(600))
    src = f"198.51.100.{number}"
    frames.append(head + ip(src, "192.0.2.50", UDP, flow))
    frames += [head + part for part in fragments(src, "192.0.2.50", UDP, flow, 400, number)]
while True:
    for frame in random.sample(frames, 32):
        try:
            wire.send(frame)
        except OSError:  # the other end is gone just now
            pass
    time.sleep(0.01)
PYTHON
}
count() { ns node cohortctl --json stats "$1" | jq ".[0].$2"; }
passing() { # CLUSTER: packets are judged right now
    local before
    before=$(count "$1" accepted) && wait_until 60 more_than "$1" "$before"
}
more_than() { (($(count "$1" accepted) > $2)); }
cluster_up() { # NAME VIP
    ns node cohortctl cluster add "$1" --dev eth0 --vip "$2/24" --no-address --mac $MAC &&
        ns node cohortctl bucket own "$1" 0-4095
}
device_up() {
    lan_join service node eth0 192.0.2.1/24
    ip -n node addr add $VIP/24 dev eth0
}
node_up() {
    ns_add node
    device_up
}
loaded() { grep -q '^cohort ' /proc/modules; }
unloaded() { ! loaded; }
no_hooks() { # no hook of ours is left: unloading cannot wait for one
    [[ $(awk '$1 == "cohort" { print $3 }' /proc/modules) == 0 ]]
}
unreclaimable_kib() { awk '/^(SUnreclaim|Percpu|VmallocUsed)/ { sum += $2 } END { print sum }' /proc/meminfo; }

stage cohortctl jq python3 ip
modprobe -a bridge veth
load_module
lan_add service
ns_add client
lan_join service client eth0 192.0.2.9/24
node_up
flood &
flooder=$!
at_exit kill $flooder

check "a cluster" cluster_up web $VIP
wait_until 120 more_than web 0 || bail "there is no flood"
check "deleted under traffic" ns node cohortctl cluster del web

# Warm caches before the first look.
ns node python3 -B tests/vm/scenarios/module-lifecycle.py churn 100 || bail "cannot add and delete"
before=$(unreclaimable_kib)
check "1000 times added and deleted" ns node python3 -B tests/vm/scenarios/module-lifecycle.py churn 1000
settled() { (($(unreclaimable_kib) <= before + 2048)); }
check_soon "the kernel's memory is what it was" 30 settled || diag "$before -> $(unreclaimable_kib) KiB"

cluster_up web $VIP
for i in 1 2 3; do
    passing web || bail "nothing passes"
    ip -n node link del eth0
    device_up
    check "the device removed and made anew under traffic, $i" passing web
done

for i in 1 2 3; do
    for vip in $VIP 192.0.2.51 192.0.2.52; do
        ns node cohortctl cluster del "c${vip##*.}" 2>/dev/null
    done
    ns node cohortctl cluster del web 2>/dev/null
    { cluster_up web $VIP && cluster_up c51 192.0.2.51 && passing web; } || bail "no clusters"
    ns node cohortctl bucket renew web --deadline 10ms
    ip netns del node
    node_up
    check "a namespace with live clusters and a lease that ends is deleted, $i" cluster_up web $VIP
    check "and its name serves again, $i" passing web
done

for i in 1 2 3; do
    passing web || bail "nothing passes"
    check "the module is unloaded under traffic, $i" rmmod cohort
    check "nothing of it is left, $i" unloaded
    load_module
    cluster_up web $VIP
    check "loaded again, it serves, $i" passing web
done

check "1024 clusters on one device" ns node python3 -B tests/vm/scenarios/module-lifecycle.py fill 1023
is "a dump tells of all" "$(ns node cohortctl --json cluster show | jq length)" 1024
is "so does a dump of counters" "$(ns node cohortctl --json stats | jq length)" 1024
check_fails "one more is refused" ns node cohortctl cluster add more --dev eth0 --vip 10.9.9.9/24 --no-address
check "traffic does not mind" passing web
ip netns del node
check_soon "the namespace goes with all of them" 60 no_hooks
check "and the module can" rmmod cohort
