#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# load-module.sh FILE: in a guest, loads this build of the module, asks it for its clusters and
# unloads it; then asks without having loaded it, for the kernel to do so by the family's alias.
set -euo pipefail
depends=$(modinfo -F depends "$1")
# shellcheck disable=SC2086  # a list of names
[[ -z $depends ]] || modprobe -a ${depends//,/ }
insmod "$1"
[[ $(cohortctl --json cluster show) == '[]' ]]
rmmod cohort
[[ ! -d /sys/module/cohort ]]

# The kernel's own tree of modules is only read here: a second one has this module alone.
tree=/run/autoload
modules=$tree/lib/modules/$(uname -r)
mkdir -p "$modules"
touch "$modules"/modules.{order,builtin,builtin.modinfo}
cp "$1" "$modules/"
depmod -b "$tree"
printf '#!/bin/sh\nexec modprobe -d %s "$@"\n' "$tree" >/run/modprobe
chmod +x /run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
[[ $(cohortctl --json cluster show) == '[]' ]]
[[ -d /sys/module/cohort ]]
