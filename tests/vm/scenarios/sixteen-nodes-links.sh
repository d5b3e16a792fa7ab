#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sixteen nodes with a majority, at cohortd's default heartbeat, lose links, and
# nobody notices: each LAN, a line, all that joins two of them; both LANs, so that only
# the ring of lines is left. Another lease and heartbeat can be given.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# memory: 1024
# timeout: 7200
# topology: see sixteen_nodes.sh
source tests/vm/lib.sh
source tests/vm/sixteen_nodes.sh

part() {
    heartbeats_part backup n8 n9
    heartbeats_part service n8 n9
    wire cut ring8.n8
}
unite() {
    heartbeats_pass backup
    heartbeats_pass service
    wire heal ring8.n8
}

many_up
many_ask
lose_path backup "the backup LAN is lost" "lan_down backup" "lan_up backup"
lose_path service "heartbeats are lost on the service LAN" "heartbeats_filter service" "heartbeats_pass service"
lose_path line "a line is cut" "wire cut ring5.n5" "wire heal ring5.n5"
lose_path pair "n8 and n9 do not hear each other" part unite
lose_path lines "only the ring of lines carries heartbeats" lines_only lans_again
many_end
