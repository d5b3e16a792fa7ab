#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# load-module.sh FILE: in a guest, loads this build of the module, asks it for its clusters and
# unloads it.
set -euo pipefail
depends=$(modinfo -F depends "$1")
# shellcheck disable=SC2086  # a list of names
[[ -z $depends ]] || modprobe -a ${depends//,/ }
insmod "$1"
[[ $(cohortctl --json cluster show) == '[]' ]]
rmmod cohort
[[ ! -d /sys/module/cohort ]]
