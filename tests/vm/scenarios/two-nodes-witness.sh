#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two nodes and a witness. Either node dies, and the other takes over without a
# gap of its own; the witness dies, and nothing moves; a node dies after that, and
# the other one, alone, falls silent until the witness is back.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 1800
# topology: see nodes.sh
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh

# shellcheck disable=SC2034 # of daemons.sh
QUORUM='mode = "witness"'
nodes alpha beta
witness referee
bounds

witness_dies() {
    node_die referee
    check_soon "witness: alpha misses it" 5 sees alpha referee silent
    pass_time 3
}

stage cohortd cohortctl echod probe
load_module
cluster_up
probe_start "${ASKS[@]}"
pass_time 0.5

fails beta beta node_die beta
returns beta node_back beta
fails alpha alpha node_die alpha
returns alpha node_back alpha

epoch_before=$(epoch alpha)
fails witness "" witness_dies
is "the witness dies: both keep the epoch" "$(epoch alpha),$(epoch beta)" "$epoch_before,$epoch_before"

falls_dark both beta node_die beta
probe_mark witness-back
node_back referee
check_soon "the witness is back: alpha serves all" 10 share alpha
pass_time $SETTLE
probe_mark beta-back
node_back beta
check_soon "beta is back: it takes its half again" 30 share alpha beta
probe_end seen

bounded beta "beta dies" $CRASH_MS beta
back beta-back "beta dies, and mended"
bounded alpha "alpha dies" $CRASH_MS alpha
back alpha-back "alpha dies, and mended"
unharmed witness "the witness dies" alpha beta
is "the witness dies: no bucket moves" "$(moved witness-before witness)" ""
dark both "beta dies without the witness" alpha
at_most "the witness is back: all are answered soon" "${seen[events/witness-back/udp/last_unanswered_ms]}" 3000
figures witness-back
once
