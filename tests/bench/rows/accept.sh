# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: accepted; no cluster, no conntrack
measure udp accepted
measure tcp accepted protocol=tcp
measure icmp accepted protocol=icmp
