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

# How the client asks where it is not to notice anything. A question takes the guest
# a tenth of a millisecond, so that at 1 kHz most of a run would go into them.
# shellcheck disable=SC2034 # of the scenarios
CALM=(--period 4ms --tcp 64)

# other NODE: the peer's name.
other() { others "$1"; }

# halves: both agree on an epoch in which each serves half.
halves() { share alpha beta; }
