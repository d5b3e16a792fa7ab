# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: iptables, raw table: -d VIP -j DROP
iptables-legacy -t raw -A PREROUTING -d "$VIP" -j DROP
measure udp foreign
