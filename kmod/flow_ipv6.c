// SPDX-License-Identifier: GPL-2.0-only

#include <linux/icmpv6.h>
#include <linux/tcp.h>
#include <net/inet6_hashtables.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/ndisc.h>

#include "flow.h"

/*
 * More than RFC 8200 has a use for: hop-by-hop options, destination options
 * twice, routing and fragment, each at most once. A longer chain is made to be
 * long.
 */
#define HEADERS_MAX 8

/*
 * The packet's length. As the stack sees it: 0 is said of a jumbogram, whose
 * length is in its hop-by-hop options, and of segments that GRO merged to more
 * than 64 KiB.
 */
static unsigned int ipv6_len(const struct sk_buff *skb, const struct ipv6hdr *ip)
{
	const unsigned int len = ntohs(ip->payload_len);

	if (!len && (ip->nexthdr == NEXTHDR_HOP || (skb_is_gso(skb) && skb_is_gso_tcp(skb))))
		return skb->len;
	return sizeof(*ip) + len;
}

/*
 * Go past the extension headers from @packet's payload on, of which each is at
 * least eight bytes, so that none is met twice. AH is none of them here: it has
 * an SPI to go by. What follows a fragment but the first is no header at all.
 * False if one is cut off or claims to be longer than the packet, or if there
 * are too many.
 */
static bool skip_extensions(struct cohort_ipv6 *packet)
{
	const struct frag_hdr *header; /* the others have a length in place of @reserved */
	struct frag_hdr _header;
	unsigned int count, len;

	for (count = 0; count <= HEADERS_MAX; count++) {
		switch (packet->protocol) {
		case NEXTHDR_HOP:
		case NEXTHDR_ROUTING:
		case NEXTHDR_DEST:
		case NEXTHDR_FRAGMENT:
			break;
		default:
			return true;
		}
		if (packet->payload + sizeof(_header) > packet->end)
			return false;
		header =
			skb_header_pointer(packet->skb, packet->payload, sizeof(_header), &_header);
		if (!header)
			return false;
		len = sizeof(_header);
		if (packet->protocol != NEXTHDR_FRAGMENT)
			len += header->reserved * 8;
		else if (header->frag_off & htons(IP6_OFFSET | IP6_MF)) /* else a whole packet */
			packet->fragment = true;
		if (len > packet->end - packet->payload)
			return false;
		packet->later = packet->protocol == NEXTHDR_FRAGMENT &&
				header->frag_off & htons(IP6_OFFSET);
		packet->protocol = header->nexthdr;
		packet->payload += len;
		if (packet->later)
			return true;
	}
	return false;
}

/**
 * cohort_ipv6_check() - look at a packet's IPv6 header, and at those that extend it
 * @packet: out
 * @skb: the packet, its data beginning with the header
 * @ip: the header, in place or copied; to live as long as @packet
 *
 * Return: false if the headers' lengths lie, or if there are too many of them.
 */
bool cohort_ipv6_check(struct cohort_ipv6 *packet, const struct sk_buff *skb,
		       const struct ipv6hdr *ip)
{
	*packet = (struct cohort_ipv6){
		.skb = skb,
		.ip = ip,
		.payload = sizeof(*ip),
		.end = ipv6_len(skb, ip),
		.protocol = ip->nexthdr,
	};
	return ip->version == 6 && packet->end <= skb->len && skip_extensions(packet);
}

/* The ICMPv6 header, in place or in @copy, or NULL if it is not all there. */
static const struct icmp6hdr *icmp_header(const struct cohort_ipv6 *packet, struct icmp6hdr *copy)
{
	if (packet->payload + sizeof(*copy) > packet->end)
		return NULL;
	return skb_header_pointer(packet->skb, packet->payload, sizeof(*copy), copy);
}

/*
 * Types below are of errors (RFC 4443, 2.1). Those that are not known go to the
 * flow that they are about, too.
 */
static bool icmp_is_error(u8 type)
{
	return !(type & ICMPV6_INFOMSG_MASK);
}

/**
 * cohort_ipv6_is_discovery() - whether a packet is of neighbour or listener discovery
 * @packet: from cohort_ipv6_check(), and no fragment
 *
 * What ARP and IGMP are to IPv4: every node has to hear it, whosever the bucket is.
 */
bool cohort_ipv6_is_discovery(const struct cohort_ipv6 *packet)
{
	const struct icmp6hdr *icmp;
	struct icmp6hdr _icmp;

	if (packet->protocol != IPPROTO_ICMPV6)
		return false;
	icmp = icmp_header(packet, &_icmp);
	if (!icmp)
		return false;
	switch (icmp->icmp6_type) {
	case ICMPV6_MGM_QUERY:
	case ICMPV6_MGM_REPORT:
	case ICMPV6_MGM_REDUCTION:
	case ICMPV6_MLD2_REPORT:
	case NDISC_ROUTER_SOLICITATION:
	case NDISC_ROUTER_ADVERTISEMENT:
	case NDISC_NEIGHBOUR_SOLICITATION:
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
	case NDISC_REDIRECT:
		return true;
	default:
		return false;
	}
}

/*
 * An error quotes a packet from the VIP to a client, whose flow is the other way
 * round: see flow_of_quoted() of IPv4. Where the quotation does not tell, or
 * goes on for too long, @flow stays what it was.
 */
static void flow_of_quoted(struct cohort_flow_ipv6 *flow, const struct cohort_ipv6 *packet, u8 mode)
{
	const unsigned int offset = packet->payload + sizeof(struct icmp6hdr);
	struct cohort_ipv6 quoted = { .skb = packet->skb, .end = packet->end };
	__be16 sport = 0, dport = 0;
	struct ipv6hdr _ip;

	if (offset + sizeof(_ip) > packet->end)
		return;
	quoted.ip = skb_header_pointer(packet->skb, offset, sizeof(_ip), &_ip);
	if (!quoted.ip || quoted.ip->version != 6 ||
	    !ipv6_addr_equal(&quoted.ip->saddr, &packet->ip->daddr))
		return;
	if (cohort_mode_has_ports(mode)) {
		quoted.payload = offset + sizeof(_ip);
		quoted.protocol = quoted.ip->nexthdr;
		if (!skip_extensions(&quoted) || quoted.later || quoted.protocol == IPPROTO_ESP ||
		    quoted.protocol == IPPROTO_AH)
			return;
		if (cohort_protocol_has_ports(quoted.protocol) &&
		    !cohort_ports_read(&sport, &dport, quoted.skb, quoted.payload, quoted.end))
			return;
	}
	flow->src = quoted.ip->daddr;
	flow->sport = dport;
	flow->dport = sport;
}

static bool flow_of_icmp(struct cohort_flow_ipv6 *flow, const struct cohort_ipv6 *packet, u8 mode)
{
	const struct icmp6hdr *icmp;
	struct icmp6hdr _icmp;

	icmp = icmp_header(packet, &_icmp);
	if (!icmp)
		return false;
	if (icmp_is_error(icmp->icmp6_type))
		flow_of_quoted(flow, packet, mode);
	return true;
}

/**
 * cohort_flow_ipv6() - what to hash of a packet that is no fragment
 * @flow: out
 * @packet: from cohort_ipv6_check()
 * @mode: enum cohort_hash_mode
 *
 * Return: false if the packet is too short for its own protocol.
 */
bool cohort_flow_ipv6(struct cohort_flow_ipv6 *flow, const struct cohort_ipv6 *packet, u8 mode)
{
	unsigned int offset = packet->payload;

	*flow = (struct cohort_flow_ipv6){ .src = packet->ip->saddr };
	if (packet->protocol == IPPROTO_ICMPV6)
		return flow_of_icmp(flow, packet, mode);
	if (!cohort_mode_has_ports(mode))
		return true;
	if (packet->protocol == IPPROTO_AH) /* the SPI follows next header, length, reserved */
		offset += 4;
	else if (!cohort_protocol_has_ports(packet->protocol) && packet->protocol != IPPROTO_ESP)
		return true;
	return cohort_ports_read(&flow->sport, &flow->dport, packet->skb, offset, packet->end);
}

static enum cohort_known tcp_known(const struct cohort_ipv6 *packet, struct net *net,
				   const struct net_device *dev)
{
	const int master = l3mdev_master_ifindex_rcu(dev);
	const struct tcphdr *tcp;
	struct tcphdr _tcp;
	struct sock *sk;

	if (packet->payload + sizeof(_tcp) > packet->end)
		return COHORT_FLOW_UNKNOWN;
	tcp = skb_header_pointer(packet->skb, packet->payload, sizeof(_tcp), &_tcp);
	if (!tcp)
		return COHORT_FLOW_UNKNOWN;
	if (cohort_tcp_begins(tcp))
		return COHORT_FLOW_NEW;
	sk = __inet6_lookup_established(net, net->ipv4.tcp_death_row.hashinfo, &packet->ip->saddr,
					tcp->source, &packet->ip->daddr, ntohs(tcp->dest),
					master ?: dev->ifindex, master ? dev->ifindex : 0);
	return cohort_tcp_known(sk, tcp);
}

/* cohort_flow_known() for IPv6. */
enum cohort_known cohort_flow_known_ipv6(const struct sk_buff *skb, struct net *net,
					 const struct net_device *dev)
{
	const struct icmp6hdr *icmp;
	struct cohort_ipv6 packet;
	const struct ipv6hdr *ip;
	struct icmp6hdr _icmp;
	struct ipv6hdr _ip;

	ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip);
	if (!ip || !cohort_ipv6_check(&packet, skb, ip) || packet.later)
		return COHORT_FLOW_UNKNOWN;
	if (packet.protocol == IPPROTO_TCP)
		return tcp_known(&packet, net, dev);
	if (packet.protocol != IPPROTO_ICMPV6)
		return COHORT_FLOW_NEW;
	icmp = icmp_header(&packet, &_icmp);
	return icmp && icmp_is_error(icmp->icmp6_type) ? COHORT_FLOW_KNOWN : COHORT_FLOW_NEW;
}
