# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: the packet is only freed
measure udp foreign path=free
