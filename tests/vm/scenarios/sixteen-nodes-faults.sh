#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sixteen nodes with a majority, at cohortd's default heartbeat, and all that can
# befall one of them but its death: it loses its cable, its daemon ends or hangs, its
# heartbeats are lost, in one direction or in both. Another lease and heartbeat can be
# given.
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
many_ask
harm cable n3 "n3's service cable is pulled" "$LINK_MS" "cable_pull n3" "cable_plug n3"
silence killed n6 "n6's daemon is killed" "$CRASH_MS" "daemon_signal KILL n6" "daemon_start n6"
silence stopped n10 "n10's daemon hangs" "$CRASH_MS" "daemon_signal STOP n10" "daemon_signal CONT n10"
without_heartbeats cut-off n13 "n13 is cut off" "$CRASH_MS" isolate from to
without_heartbeats deaf n14 "n14 hears nobody" "$DEAF_MS" filter to
without_heartbeats mute n15 "nobody hears n15" "$CRASH_MS" mute from
many_end
