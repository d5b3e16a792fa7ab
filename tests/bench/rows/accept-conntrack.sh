# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: accepted; no cluster, conntrack on
iptables-legacy -A INPUT -m conntrack --ctstate INVALID -j DROP
measure udp accepted
measure tcp accepted protocol=tcp
