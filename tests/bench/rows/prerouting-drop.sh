# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: unconditional drop at PRE_ROUTING
measure udp foreign hook=prerouting
