#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sixteen nodes with a majority, at cohortd's default heartbeat. What joins them is lost
# piece by piece, and nobody notices: each node on each LAN and on each of its lines, in
# each direction; then all that leads straight from one to another, for each two of
# them that do not plan. Between the planner and another, for each, a share may move
# before others have passed their frames on. Another lease and heartbeat can be given.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# memory: 1024
# timeout: 7200
# topology: see sixteen_nodes.sh
source tests/vm/lib.sh
source tests/vm/sixteen_nodes.sh

ASKS=(--period 4ms --tcp 64 --tcp-period 500ms --connect-period 100ms)

many_up
many_ask
lose_each_path
many_end
