#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The paths between two nodes fail one by one, while clients reach both. As
# long as one path is left nothing moves, and no client notices.
#
# kernels: 6.1 6.12
# everyday: 6.1
# icount: yes
# timeout: 1800
# topology: see two_nodes.sh
source tests/vm/lib.sh
source tests/vm/two_nodes.sh

declare -A seen

unmoved() { # EVENT WHAT
    is "$2: no question goes unanswered" "${seen[events/$1/udp/unanswered]}" 0
    is "$2: none is answered twice" "${seen[events/$1/udp/twice]}" 0
    is "$2: no flow moves" "${seen[events/$1/udp/moved]}" 0
    is "$2: no connection is lost" "${seen[tcp/lost]}" 0
}

stage cohortd cohortctl echod probe switch socat
load_module
cluster_up
# Once before it counts, since the first time loads modules.
heartbeats_filter service
heartbeats_pass service
before=$(epoch alpha)
probe_start "${CALM[@]}"
pass_time 1

probe_mark backup
lan_cut backup beta
check_soon "the backup LAN is silent" 5 link_is alpha backup silent
pass_time 3
probe_mark serial-only
heartbeats_filter service
check_soon "the service LAN is silent too" 5 link_is beta service silent
check "and was for both nodes" link_is alpha service silent
check "the serial line is all that is left" link_is beta $SERIAL up
pass_time 5
is "by it alone both keep the epoch" "$(epoch alpha),$(epoch beta)" "$before,$before"

probe_mark healed
heartbeats_pass service
lan_heal backup beta
check_soon "the backup LAN is heard again" 5 link_is alpha backup up
check_soon "and the service LAN" 5 link_is alpha service up
probe_mark serial
wire cut $SERIAL.beta
check_soon "the serial line is silent" 5 link_is beta $SERIAL silent
pass_time 3
is "without it both keep the epoch" "$(epoch alpha),$(epoch beta)" "$before,$before"
probe_end seen

unmoved backup "backup LAN cut"
unmoved serial-only "heartbeats on the service LAN filtered too"
unmoved serial "serial line cut"

# What beta sends still arrives, but it hears nothing: it takes all, and alpha,
# which learns of it, gives all.
wire heal $SERIAL.beta
check_soon "the serial line is heard again" 5 link_is beta $SERIAL up
lan_cut backup alpha
probe_start --period 1ms --tcp 64
probe_mark one-way
wire set $SERIAL.beta to cut=1
heartbeats_filter service beta
check_soon "a node that hears nothing takes over all" 5 serves beta 4096
check "the node that hears it has let go" serves alpha 0
probe_mark healed
heartbeats_pass service
wire set $SERIAL.beta to cut=0
lan_heal backup alpha
check_soon "healed, they share again" 15 halves
pass_time 1
probe_end seen
is "in all of it, none is answered twice" "${seen[udp/twice]}" 0
at_most "no flow is dark longer than the bound" "${seen[events/one-way/udp/blackout_max_ms]}" 1300
