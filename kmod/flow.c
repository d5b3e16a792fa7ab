// SPDX-License-Identifier: GPL-2.0-only

#include <linux/icmp.h>
#include <linux/tcp.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/tcp.h>

#include "flow.h"

/*
 * The datagram's length. Segments that GRO merged to more than 64 KiB carry 0:
 * they are as long as the skb.
 */
static unsigned int ipv4_len(const struct sk_buff *skb, const struct iphdr *ip)
{
	const unsigned int len = ntohs(ip->tot_len);

	if (!len && skb_is_gso(skb) && skb_is_gso_tcp(skb))
		return skb->len;
	return len;
}

/**
 * cohort_ipv4_check() - look at a packet's IPv4 header
 * @packet: out
 * @skb: the packet, its data beginning with the header
 * @ip: the header, in place or copied; to live as long as @packet
 *
 * Return: false if the header's lengths lie.
 */
bool cohort_ipv4_check(struct cohort_ipv4 *packet, const struct sk_buff *skb,
		       const struct iphdr *ip)
{
	packet->skb = skb;
	packet->ip = ip;
	packet->payload = ip->ihl * 4;
	packet->end = ipv4_len(skb, ip);
	return ip->version == 4 && packet->payload >= sizeof(*ip) &&
	       packet->end >= packet->payload && packet->end <= skb->len;
}

static bool icmp_is_error(u8 type)
{
	switch (type) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return true;
	default:
		return false;
	}
}

static bool read_ports(struct cohort_flow *flow, const struct cohort_ipv4 *packet,
		       unsigned int offset)
{
	return cohort_ports_read(&flow->sport, &flow->dport, packet->skb, offset, packet->end);
}

/* The ICMP header, in place or in @copy, or NULL if it is not all there. */
static const struct icmphdr *icmp_header(const struct cohort_ipv4 *packet, struct icmphdr *copy)
{
	if (packet->payload + sizeof(*copy) > packet->end)
		return NULL;
	return skb_header_pointer(packet->skb, packet->payload, sizeof(*copy), copy);
}

/*
 * An ICMP error quotes a packet that this cluster sent: from a VIP to a
 * client. Whoever sent it has the flow client to VIP, so that is what to hash.
 *
 * Where the quotation does not tell, @flow stays what it was, the error's own
 * source without ports, and every node agrees on that at least: a later
 * fragment, a quotation cut short, one that is not from the VIP, and in the
 * port modes an SPI, which belongs to one direction only.
 */
static void flow_of_quoted(struct cohort_flow *flow, const struct cohort_ipv4 *packet, u8 mode)
{
	struct cohort_flow reply = {};
	const struct iphdr *quoted;
	unsigned int offset;
	struct iphdr _quoted;

	offset = packet->payload + sizeof(struct icmphdr);
	if (offset + sizeof(_quoted) > packet->end)
		return;
	quoted = skb_header_pointer(packet->skb, offset, sizeof(_quoted), &_quoted);
	if (!quoted || quoted->version != 4 || quoted->ihl < 5 ||
	    quoted->saddr != packet->ip->daddr)
		return;
	if (cohort_mode_has_ports(mode)) {
		if (quoted->protocol == IPPROTO_ESP || quoted->protocol == IPPROTO_AH)
			return;
		if (cohort_protocol_has_ports(quoted->protocol) &&
		    (quoted->frag_off & htons(IP_OFFSET) ||
		     !read_ports(&reply, packet, offset + quoted->ihl * 4)))
			return;
	}
	flow->src = quoted->daddr;
	flow->sport = reply.dport;
	flow->dport = reply.sport;
}

static bool flow_of_icmp(struct cohort_flow *flow, const struct cohort_ipv4 *packet, u8 mode)
{
	const struct icmphdr *icmp;
	struct icmphdr _icmp;

	icmp = icmp_header(packet, &_icmp);
	if (!icmp)
		return false;
	if (icmp_is_error(icmp->type))
		flow_of_quoted(flow, packet, mode);
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
bool cohort_flow_ipv4(struct cohort_flow *flow, const struct cohort_ipv4 *packet, u8 mode)
{
	const u8 protocol = packet->ip->protocol;

	*flow = (struct cohort_flow){ .src = packet->ip->saddr };
	if (protocol == IPPROTO_ICMP)
		return flow_of_icmp(flow, packet, mode);
	if (!cohort_mode_has_ports(mode))
		return true;
	if (cohort_protocol_has_ports(protocol) || protocol == IPPROTO_ESP)
		return read_ports(flow, packet, packet->payload);
	if (protocol == IPPROTO_AH) /* the SPI follows next header, length, reserved */
		return read_ports(flow, packet, packet->payload + 4);
	return true;
}

/*
 * A SYN is never known: only the node with the right to new flows answers it,
 * or two nodes would, each with a sequence number of its own. That can leave
 * half-open requests for one connection on both nodes; the client's ACK
 * belongs to the one whose sequence number it confirms.
 */
bool cohort_tcp_begins(const struct tcphdr *tcp)
{
	return tcp->syn && !tcp->ack && !tcp->rst;
}

/* Whether @sk, which was looked up for a segment and is put here, knows it. NULL does not. */
enum cohort_known cohort_tcp_known(struct sock *sk, const struct tcphdr *tcp)
{
	bool known;

	if (!sk)
		return COHORT_FLOW_UNKNOWN;
	known = sk->sk_state != TCP_NEW_SYN_RECV || !tcp->ack ||
		ntohl(tcp->ack_seq) == tcp_rsk(inet_reqsk(sk))->snt_isn + 1;
	sock_gen_put(sk);
	return known ? COHORT_FLOW_KNOWN : COHORT_FLOW_UNKNOWN;
}

static enum cohort_known tcp_known(const struct cohort_ipv4 *packet, struct net *net,
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
	sk = __inet_lookup_established(net, net->ipv4.tcp_death_row.hashinfo, packet->ip->saddr,
				       tcp->source, packet->ip->daddr, ntohs(tcp->dest),
				       master ?: dev->ifindex, master ? dev->ifindex : 0);
	return cohort_tcp_known(sk, tcp);
}

/**
 * cohort_flow_known() - whether a packet belongs to a connection of this node
 * @skb: the packet, its data beginning with an IP header that was checked
 * @net: the namespace
 * @dev: where the packet came in
 *
 * Only TCP has connections here. A connected UDP socket is none: the node that
 * adopts its bucket takes every datagram as new, so this one has to let go.
 * SCTP and DCCP keep their sockets to themselves, and move like UDP. An ICMP
 * error makes nobody answer, so each holder may have it.
 *
 * Context: RCU, bottom halves disabled.
 */
enum cohort_known cohort_flow_known(const struct sk_buff *skb, struct net *net,
				    const struct net_device *dev)
{
	const struct icmphdr *icmp;
	struct cohort_ipv4 packet;
	const struct iphdr *ip;
	struct icmphdr _icmp;
	struct iphdr _ip;

	if (COHORT_IPV6 && skb->protocol == htons(ETH_P_IPV6))
		return cohort_flow_known_ipv6(skb, net, dev);
	ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip);
	if (!ip || !cohort_ipv4_check(&packet, skb, ip) || ip->frag_off & htons(IP_OFFSET))
		return COHORT_FLOW_UNKNOWN;
	if (ip->protocol == IPPROTO_TCP)
		return tcp_known(&packet, net, dev);
	if (ip->protocol != IPPROTO_ICMP)
		return COHORT_FLOW_NEW;
	icmp = icmp_header(&packet, &_icmp);
	return icmp && icmp_is_error(icmp->type) ? COHORT_FLOW_KNOWN : COHORT_FLOW_NEW;
}
