#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest.sh ROW: in a guest under icount, sets up what ROW (tests/bench/rows/ROW.sh) says and counts
# the instructions a received packet costs. Leaves ROW.json, a line a measurement.
#
#   router 192.0.2.1 ---- bench1 == bench0 ---- 192.0.2.50, the cluster's address
#                         (packets are handed to the stack as if bench0 had received them)
#
# icount: yes
# memory: 512
# timeout: 900
set -euo pipefail

row=$1
export VIP=192.0.2.50 VMAC=01:00:5e:7f:00:32 # for the rows
parameters=/sys/module/cohort_bench/parameters

set_parameter() { # NAME VALUE: without a newline, which a string parameter would keep
    printf %s "$2" >"$parameters/$1"
}

# measure LABEL foreign|accepted [PARAMETER=VALUE…]: what the packets must come to is checked, lest a
# row measure something else than it says.
measure() {
    local label=$1 fate=$2 arrived expected conntrack=false setting
    shift 2
    for setting in path=receive hook=none protocol=udp src=192.0.2.1 dst=$VIP batches=256 "$@"; do
        set_parameter "${setting%%=*}" "${setting#*=}"
    done
    # shellcheck disable=SC2053  # a pattern
    [[ ! -v COHORT_BENCH_PROFILE || $label != $COHORT_BENCH_PROFILE ]] || send_for_profile
    set_parameter run 1
    arrived=$(<$parameters/arrived)
    expected=0
    [[ $fate == foreign ]] || expected=$((64 * $(<$parameters/batches)))
    if ((arrived != expected)); then
        echo "$row, $label: $arrived packets came as far as LOCAL_IN, not $expected" >&2
        exit 1
    fi
    ! conntrack_used || conntrack=true
    printf '{"row": "%s", "label": "%s", "fate": "%s", "minimum": %d, "median": %d, "conntrack": %s}\n' \
        "$row" "$label" "$fate" "$(<$parameters/minimum)" "$(<$parameters/median)" "$conntrack" |
        tee -a "$COHORT_OUT/$row.json"
}

send_for_profile() { # for tests/bench/profile, which watches and then kills this guest
    cat /proc/kallsyms
    echo '--- symbols end'
    set_parameter batches 1
    while set_parameter run 1; do :; done
}

conntrack_used() { # a module that holds conntrack has hooked it
    [[ $(awk '$1 == "nf_conntrack" { print $3 }' /proc/modules) -gt 0 ]]
}

load_cohort() { # insmod asks for nothing: what it depends on goes first
    local depends
    depends=$(modinfo -F depends "$COHORT_MODULE")
    # shellcheck disable=SC2086  # a list of names
    [[ -z $depends ]] || modprobe -a ${depends//,/ }
    insmod "$COHORT_MODULE"
}

sysctl -q net.ipv6.conf.default.disable_ipv6=1
insmod "$COHORT_BUILD/bench/kmod/$KVER/cohort_bench.ko"
ip link add bench0 type veth peer name bench1
ip link set bench1 up
ip link set bench0 up
ip address add $VIP/24 dev bench0
cp /sys/devices/system/cpu/vulnerabilities/spectre_v2 "$COHORT_OUT/spectre_v2"

# shellcheck source=/dev/null
source "tests/bench/rows/$row.sh"
