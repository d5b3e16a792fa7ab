#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A guest is what scenarios take it for.
#
# kernels: 6.1 6.12
# everyday: 6.12
# icount: yes
source tests/vm/lib.sh

is "the kernel is the one that was asked for" "$(uname -r)" "$KVER"
is "the job is root" "$(id -u)" 0
is "the checkout is the working directory" "$PWD" "$COHORT_CHECKOUT"
check "the host's programs run" python3 -c 'import socket'
check "modules of this kernel load" modprobe -a veth bridge nf_tables

touch_checkout() { touch "$COHORT_CHECKOUT/tests/vm/guest/written" && rm tests/vm/guest/written; }
check "writes go to the overlay" touch_checkout
read_only() { findmnt -no OPTIONS -T /run/host | grep -qw ro; }
check "the host's files cannot be written" read_only

echo kept >"$COHORT_OUT/kept"
is "/tmp is memory" "$(findmnt -no FSTYPE -T /tmp)" tmpfs

before=$(now_ms)
check_fails "a condition that never holds is given up" wait_until 1 false
at_least "the wait was as long as was asked" "$(($(now_ms) - before))" 1000

ns_add left right
lan_add lan
lan_join lan left eth0 192.0.2.1/24
lan_join lan right eth0 192.0.2.2/24
check_soon "namespaces on a bridge reach each other" 5 ns left ping -c 1 -W 1 192.0.2.2
ip -n lan link set right down
no_carrier() { ip -n right link show eth0 | grep -q NO-CARRIER; }
check_soon "a pulled cable takes the carrier" 5 no_carrier
