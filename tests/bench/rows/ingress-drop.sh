# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: unconditional drop at ingress
measure udp foreign hook=ingress
