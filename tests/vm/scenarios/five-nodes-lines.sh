#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Five nodes with a majority, at cohortd's default heartbeat, and a ring of null-modem
# cables at 115200 baud beside the LANs: a line is cut; the LANs carry no heartbeats, so
# that only the ring is left; and of that a line is cut, so that a chain is left.
# Nobody notices. Then the LANs are back, and the line is.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 3600
# topology: see nodes.sh
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh
source tests/vm/many_nodes.sh

nodes n1 n2 n3 n4 n5
ring

many_up
many_ask
lose_path line "a line is cut" "wire cut ring2.n2" "wire heal ring2.n2"
lose_path ring "only the ring of lines carries heartbeats" lines_only ":"
lose_path chain "of which a line is cut" "wire cut ring4.n4" "wire heal ring4.n4; lans_again"
many_end
