#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two nodes with the witness between them: nothing carries heartbeats but a line of 115200
# baud from it to each, and it passes theirs on. Either node dies; either line is cut,
# while clients still reach the node at its end: the other one takes over. The witness
# dies, so that neither hears anybody: both fall silent until it is back.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 1800
# topology: see nodes.sh; alpha ═ left ═ referee ═ right ═ beta
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh
source tests/vm/many_nodes.sh

# shellcheck disable=SC2034 # of nodes.sh
{
    QUORUM='mode = "witness"'
    LANS=()
}
# What the protocol takes for the delay of such a line.
# shellcheck disable=SC2034 # of failover.sh
DELAY_MS=25
nodes alpha beta
witness referee
cables left=alpha,referee right=referee,beta

many_up
many_ask
die beta-dies beta
die alpha-dies alpha
silence right beta "beta's line is cut" "$CRASH_MS" "wire cut right.beta" "wire heal right.beta"
silence left alpha "alpha's line is cut" "$CRASH_MS" "wire cut left.alpha" "wire heal left.alpha"
falls_dark witness referee node_die referee
returns witness node_back referee
judge dark witness "the witness dies" "${NODES[*]}"
judge served witness-back "the witness is back"
many_end
