#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two nodes of which alpha is preferred and has two votes. beta dies: alpha takes
# over, without a gap of its own. They cannot hear each other: the same. alpha
# dies: beta falls silent within its lease, and serves again when alpha is back.
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
QUORUM=$'mode = "preferred"\npreferred = 1'
nodes alpha beta
bounds

cut() {
    heartbeats_filter service
    lan_down backup
}
heal() {
    heartbeats_pass service
    lan_up backup
}

stage cohortd cohortctl echod probe
load_module
cluster_up
# Once before it counts, since the first time loads modules.
heartbeats_filter service
heartbeats_pass service
probe_start "${ASKS[@]}"
pass_time 0.5

fails beta beta node_die beta
returns beta node_back beta
fails cut beta cut
check "cut: beta's kernel is silent" kernel_silent beta
returns cut heal

falls_dark alpha alpha node_die alpha
check "alpha dies: beta serves nothing" serves beta 0
returns alpha node_back alpha
probe_end seen

bounded beta "beta dies" $CRASH_MS beta
back beta-back "beta dies, and mended"
bounded cut "they do not hear each other" $CRASH_MS beta
silent cut "they do not hear each other" beta
back cut-back "they do not hear each other, and mended"
dark alpha "alpha dies" beta
at_most "alpha is back: all are answered soon" "${seen[events/alpha-back/udp/last_unanswered_ms]}" 8000
figures alpha-back
once
