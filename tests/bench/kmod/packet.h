/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COHORT_BENCH_PACKET_H
#define COHORT_BENCH_PACKET_H

#include <linux/in6.h>
#include <linux/types.h>

struct net_device;
struct sk_buff;

/**
 * struct bench_packet - one flow's packet; integers in host order
 * @protocol:	IPPROTO_UDP, IPPROTO_TCP (a SYN) or IPPROTO_ICMP (an echo request, of either ICMP)
 * @saddr:	source: IPv6, or IPv4 as ::ffff:a.b.c.d
 * @daddr:	destination, of the same family
 * @sport:	source port, or the echo request's identifier
 * @dport:	destination port; nothing for ICMP
 */
struct bench_packet {
	u8 protocol;
	struct in6_addr saddr;
	struct in6_addr daddr;
	u16 sport;
	u16 dport;
};

/**
 * bench_packet_alloc() - a packet as a driver hands it to the stack
 * @packet:	what is in it
 * @dev:	the device that it came in on
 *
 * The frame is of the least length, goes to a multicast MAC, and its checksums
 * are right and marked as checked by the hardware. May sleep.
 *
 * Return: the packet, or NULL without memory.
 */
struct sk_buff *bench_packet_alloc(const struct bench_packet *packet, struct net_device *dev);

#endif
