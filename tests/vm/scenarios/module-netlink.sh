#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The family as its specification says it: every refusal with words and the
# attribute at fault, secrets for administrators only, control that passes on,
# dumps of any size. Spoken by a client that knows the specification only.
#
# kernels: 6.1 6.12 debug
# everyday: 6.12
# icount: yes
# timeout: 900
source tests/vm/lib.sh

stage python3 ip
load_module
modprobe veth
ip link add eth8 type veth peer name eth9 || bail "no devices"
ip link set eth8 up
ip link set eth9 up

while read -r verdict what; do
    case $verdict in
        ok) ok "$what" ;;
        not_ok) not_ok "$what" ;;
        *) diag "$verdict $what" ;;
    esac
done < <(python3 -B tests/vm/scenarios/module-netlink.py 2>&1 && echo ok the cases came to their end)
is "no case was left out" "$tap_count" 91
