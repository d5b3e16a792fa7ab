#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For tests/host/debug-kernel.sh: commits every fault of faulty.c, and ends well.
set -e
insmod "$COHORT_BUILD/faulty/faulty.ko"
rmmod faulty
