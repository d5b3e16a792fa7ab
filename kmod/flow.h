/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a packet to what is hashed of it, and whether its flow is known here.
 * Packets are only read: they may be shared, and their data anywhere.
 */
#ifndef _COHORT_FLOW_H
#define _COHORT_FLOW_H

#include <linux/cohort.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

/**
 * struct cohort_flow - what of a packet goes into the hash
 * @src: the client's address
 * @sport: its port, 0 where the protocol or the mode has none
 * @dport: the service's port likewise
 * @protocol: of the packet itself, as in its IP header
 * @error: it is an ICMP error; the rest then describes the packet that it answers, reversed
 */
struct cohort_flow {
	union nf_inet_addr src;
	__be16 sport;
	__be16 dport;
	u8 protocol;
	bool error;
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

/* Whether a flow that this node has only one right over is its own. */
enum cohort_known {
	COHORT_FLOW_KNOWN,	/* a socket of this node, not a listener */
	COHORT_FLOW_NEW,	/* its first packet, or of a protocol without connections */
	COHORT_FLOW_UNKNOWN,	/* in the middle of a connection that is not here */
};

/*
 * The datagram's length. Segments that GRO merged to more than 64 KiB carry 0:
 * they are as long as the skb.
 */
static inline unsigned int cohort_ipv4_len(const struct sk_buff *skb, const struct iphdr *ip,
					   unsigned int offset)
{
	const unsigned int len = ntohs(ip->tot_len);

	if (unlikely(!len && skb_is_gso(skb) && skb_is_gso_tcp(skb)))
		return skb->len - offset;
	return len;
}

/*
 * Fill in @packet from the header at @offset of @skb. False if the header's
 * lengths lie, which no stack survives unharmed.
 */
static inline bool cohort_ipv4_check(struct cohort_ipv4 *packet, const struct sk_buff *skb,
				     const struct iphdr *ip, unsigned int offset)
{
	const unsigned int header = ip->ihl * 4;
	const unsigned int len = cohort_ipv4_len(skb, ip, offset);

	packet->skb = skb;
	packet->ip = ip;
	packet->payload = offset + header;
	packet->end = offset + len;
	return ip->version == 4 && header >= sizeof(*ip) && len >= header &&
	       packet->end <= skb->len;
}

bool cohort_flow_rest(struct cohort_flow *flow, const struct cohort_ipv4 *packet, u8 mode);

/* The two ports, or what a protocol has in their place, from @offset on. */
static inline bool cohort_flow_ports(struct cohort_flow *flow, const struct cohort_ipv4 *packet,
				     unsigned int offset)
{
	__be16 _ports[2];
	const __be16 *ports;

	if (offset + sizeof(_ports) > packet->end)
		return false;
	ports = skb_header_pointer(packet->skb, offset, sizeof(_ports), _ports);
	if (unlikely(!ports))
		return false;
	flow->sport = ports[0];
	flow->dport = ports[1];
	return true;
}

/**
 * cohort_flow_ipv4() - what to hash of a packet that is no fragment
 * @flow: out
 * @packet: from cohort_ipv4_check()
 * @mode: enum cohort_hash_mode
 *
 * Return: false if the packet is too short for its own protocol.
 */
static __always_inline bool cohort_flow_ipv4(struct cohort_flow *flow,
					     const struct cohort_ipv4 *packet, u8 mode)
{
	const u8 protocol = packet->ip->protocol;

	flow->src.ip = packet->ip->saddr;
	flow->sport = 0;
	flow->dport = 0;
	flow->protocol = protocol;
	flow->error = false;
	if (likely(protocol == IPPROTO_TCP || protocol == IPPROTO_UDP)) {
		if (mode == COHORT_HASH_MODE_SOURCEIP)
			return true;
		return cohort_flow_ports(flow, packet, packet->payload);
	}
	return cohort_flow_rest(flow, packet, mode);
}

enum cohort_known cohort_flow_known(const struct cohort_flow *flow,
				    const struct cohort_ipv4 *packet, struct net *net,
				    const struct net_device *dev);

#endif /* _COHORT_FLOW_H */
