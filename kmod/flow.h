/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a packet to what is hashed of it, and whether its flow is known here.
 * Packets are only read: they may be shared, and their data anywhere.
 */
#ifndef _COHORT_FLOW_H
#define _COHORT_FLOW_H

#include <linux/cohort.h>
#include <linux/ip.h>
#include <linux/skbuff.h>

/**
 * struct cohort_flow - what of an IPv4 packet goes into the hash
 * @src: the client's address
 * @sport: its port, 0 where the protocol or the mode has none
 * @dport: the service's port likewise
 */
struct cohort_flow {
	__be32 src;
	__be16 sport;
	__be16 dport;
};

/**
 * struct cohort_ipv4 - a packet whose IPv4 header was checked
 * @skb: the packet
 * @ip: its header, maybe a copy
 * @payload: offset from skb->data of what follows the header
 * @end: offset of the datagram's end, by its header's word; all of it is in @skb
 */
struct cohort_ipv4 {
	const struct sk_buff *skb;
	const struct iphdr *ip;
	unsigned int payload;
	unsigned int end;
};

/* Whether a flow, of which this node has only one of the two rights, is its own. */
enum cohort_known {
	COHORT_FLOW_KNOWN,   /* a socket of this node, not a listener */
	COHORT_FLOW_NEW,     /* its first packet, or of a protocol without connections */
	COHORT_FLOW_UNKNOWN, /* in the middle of a connection that is not here */
};

/* Where the mode takes one port or none, the hash leaves out the rest. */
static inline bool cohort_mode_has_ports(u8 mode)
{
	return mode != COHORT_HASH_MODE_SOURCEIP;
}

bool cohort_ipv4_check(struct cohort_ipv4 *packet, const struct sk_buff *skb,
		       const struct iphdr *ip);
bool cohort_flow_ipv4(struct cohort_flow *flow, const struct cohort_ipv4 *packet, u8 mode);
enum cohort_known cohort_flow_known(const struct sk_buff *skb, struct net *net,
				    const struct net_device *dev);

#endif /* _COHORT_FLOW_H */
