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
