#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sixteen nodes with a majority, at cohortd's default heartbeat: what the daemons
# take; one node dies, then seven at once, then eight. Another lease and heartbeat can
# be given.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# memory: 1024
# timeout: 7200
# topology: see sixteen_nodes.sh
source tests/vm/lib.sh
source tests/vm/sixteen_nodes.sh

many_up
footprint
many_ask
die first n1
die seven n1 n2 n3 n5 n8 n13 n16
die_too_many eight n2 n4 n6 n8 n10 n12 n14 n16
many_end
