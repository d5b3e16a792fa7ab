#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# load-module.sh FILE [DROP-IN]: in a guest, loads this build of the module, asks it for its clusters
# and unloads it; then asks without having loaded it, for the kernel to do so by the family's alias.
# With the drop-in for the target CLUSTERIP, iptables asks the kernel for that in the same way.
set -euo pipefail
load() { # FILE: and what it depends on, but for the module
    local depends
    depends=$(modinfo -F depends "$1")
    for depends in ${depends//,/ }; do
        [[ $depends == cohort ]] || modprobe "$depends"
    done
    insmod "$1"
}

load "$1"
[[ $(cohortctl --json cluster show) == '[]' ]]
if [[ -n ${2-} ]]; then
    load "$2"
    [[ -d /proc/net/ipt_CLUSTERIP ]]
    rmmod ipt_CLUSTERIP
    [[ ! -d /proc/net/ipt_CLUSTERIP ]]
    modprobe -a dummy iptable_filter # which must be there, as the module is asked for by name
    ip link add eth8 type dummy
fi
rmmod cohort
[[ ! -d /sys/module/cohort ]]

# The kernel's own tree of modules is only read here: a second one has these modules alone.
tree=/run/autoload
modules=$tree/lib/modules/$(uname -r)
mkdir -p "$modules"
touch "$modules"/modules.{order,builtin,builtin.modinfo}
cp "$1" ${2:+"$2"} "$modules/"
depmod -b "$tree"
printf '#!/bin/sh\nexec modprobe -d %s "$@"\n' "$tree" >/run/modprobe
chmod +x /run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
if [[ -n ${2-} ]]; then
    iptables-legacy -A INPUT -d 192.0.2.50 -i eth8 -j CLUSTERIP --new --hashmode sourceip \
        --clustermac 01:00:5e:00:00:50 --total-nodes 2 --local-node 1
    [[ $(cohortctl --json cluster show) == *clusterip-192-0-2-50* ]]
else
    [[ $(cohortctl --json cluster show) == '[]' ]]
fi
[[ -d /sys/module/cohort ]]
