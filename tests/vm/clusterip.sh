# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The iptables target CLUSTERIP, as the guest's kernel has it. Source after lib.sh.

# kernel_has_target: its own, up to 6.2.
kernel_has_target() { modinfo ipt_CLUSTERIP >/dev/null 2>&1; }

# load_target: the kernel's own target, or the drop-in.
load_target() {
    if kernel_has_target; then
        modprobe ipt_CLUSTERIP || bail "cannot load the kernel's own target"
        return
    fi
    load_module
    load_drop_in "${COHORT_MODULE%/*}/ipt_CLUSTERIP.ko" || bail "cannot load the drop-in"
}

# load_drop_in FILE: cohort.ko is there; of what else it depends on, the kernel's modules.
load_drop_in() {
    local depends
    depends=$(modinfo -F depends "$1") || return
    for depends in ${depends//,/ }; do
        [[ $depends == cohort ]] || modprobe "$depends" || return
    done
    insmod "$1"
}

# rule NAMESPACE OPTION…: append to INPUT a rule for the target.
rule() { ns "$1" iptables-legacy -A INPUT "${@:2}"; }

# nodes_of NAMESPACE VIP: the nodes that it is, by the target's file.
nodes_of() { ns "$1" cat "/proc/net/ipt_CLUSTERIP/$2"; }
