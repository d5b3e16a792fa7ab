# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two nodes, alpha and beta, in quorum mode `links`, joined by both LANs of
# nodes.sh and a null-modem cable. Source after lib.sh.
source tests/vm/nodes.sh

# shellcheck disable=SC2034 # of the scenarios
SERIAL=null-modem
# shellcheck disable=SC2034 # of nodes.sh
QUORUM='mode = "links"'
nodes alpha beta
cables $SERIAL=alpha,beta

# other NODE: the peer's name.
other() { others "$1"; }

# halves: both agree on an epoch in which each serves half.
halves() { share alpha beta; }

# check_traces: at no instant of the script up to here did the two nodes break an
# invariant of the protocol. What was traced before a node_die or a node_back is
# part of it. Two nodes without daemons have traced nothing. Looked at once: at
# the script's end, or before its nodes are given different settings.
traces_checked=no
check_traces() {
    local words
    [[ $traces_checked == no ]] || return 0
    traces_checked=yes
    [[ -s /run/alpha/trace && -s /run/beta/trace ]] || return 0
    stage cohort-trace-check
    if words=$(cohort-trace-check /run/alpha/trace /run/beta/trace 2>&1); then
        ok "the traces of both nodes keep the invariants"
    else
        not_ok "the traces of both nodes keep the invariants"
    fi
    diag "$words"
}
at_exit check_traces
