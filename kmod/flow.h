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
#include <linux/ipv6.h>
#include <linux/skbuff.h>

struct sock;
struct tcphdr;

/*
 * Whether this kernel was built with what IPv6 VIPs need. Without it, the files
 * of theirs are left out, and nobody calls what is in them.
 */
#define COHORT_IPV6 (IS_ENABLED(CONFIG_IPV6) && IS_ENABLED(CONFIG_NF_DEFRAG_IPV6))

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

/**
 * struct cohort_flow_ipv6 - what of an IPv6 packet goes into the hash
 * @src: the client's address
 * @sport: as in struct cohort_flow
 * @dport: likewise
 */
struct cohort_flow_ipv6 {
	struct in6_addr src;
	__be16 sport;
	__be16 dport;
};

/**
 * struct cohort_ipv6 - a packet whose IPv6 header, and those that extend it, were checked
 * @skb: the packet
 * @ip: its header, maybe a copy
 * @payload: offset from skb->data of what follows the last extension header
 * @end: offset of the packet's end, by its header's word; all of it is in @skb
 * @protocol: of what is at @payload; of a fragment but the first it says nothing
 * @fragment: the packet is one of several fragments
 * @later: and not the first
 */
struct cohort_ipv6 {
	const struct sk_buff *skb;
	const struct ipv6hdr *ip;
	unsigned int payload;
	unsigned int end;
	u8 protocol;
	bool fragment;
	bool later;
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

static inline bool cohort_protocol_has_ports(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

/* The two ports, or what a protocol has in their place, from @offset on. False if cut off. */
static inline bool cohort_ports_read(__be16 *sport, __be16 *dport, const struct sk_buff *skb,
				     unsigned int offset, unsigned int end)
{
	const __be16 *ports;
	__be16 _ports[2];

	if (offset + sizeof(_ports) > end)
		return false;
	ports = skb_header_pointer(skb, offset, sizeof(_ports), _ports);
	if (!ports)
		return false;
	*sport = ports[0];
	*dport = ports[1];
	return true;
}

bool cohort_ipv4_check(struct cohort_ipv4 *packet, const struct sk_buff *skb,
		       const struct iphdr *ip);
bool cohort_flow_ipv4(struct cohort_flow *flow, const struct cohort_ipv4 *packet, u8 mode);
enum cohort_known cohort_flow_known(const struct sk_buff *skb, struct net *net,
				    const struct net_device *dev);
bool cohort_tcp_begins(const struct tcphdr *tcp);
enum cohort_known cohort_tcp_known(struct sock *sk, const struct tcphdr *tcp);

bool cohort_ipv6_check(struct cohort_ipv6 *packet, const struct sk_buff *skb,
		       const struct ipv6hdr *ip);
bool cohort_ipv6_is_discovery(const struct cohort_ipv6 *packet);
bool cohort_flow_ipv6(struct cohort_flow_ipv6 *flow, const struct cohort_ipv6 *packet, u8 mode);
enum cohort_known cohort_flow_known_ipv6(const struct sk_buff *skb, struct net *net,
					 const struct net_device *dev);

#endif /* _COHORT_FLOW_H */
