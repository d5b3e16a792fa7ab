#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# load-module.sh FILE: in a guest, loads this build of the module, asks it for its clusters and
# unloads it.
set -euo pipefail
insmod "$1"
[[ $(cohortctl --json cluster show) == '[]' ]]
rmmod cohort
[[ ! -d /sys/module/cohort ]]
