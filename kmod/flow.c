// SPDX-License-Identifier: GPL-2.0-only

#include <linux/icmp.h>
#include <linux/tcp.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/tcp.h>

#include "flow.h"

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

static bool has_ports(u8 protocol)
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

/*
 * An ICMP error quotes a packet that this cluster sent: from a VIP to a
 * client. Whoever sent it has the flow client to VIP, so that is what to hash.
 *
 * Where the quotation does not tell, @flow stays what it was, the error's own
 * source without ports, and every node agrees on that at least: a later
 * fragment, a quotation cut short, one that is not from the VIP, and in the
 * port modes an SPI, which belongs to one direction only.
 */
static void flow_of_quoted(struct cohort_flow *flow, const struct cohort_ipv4 *packet,
			   unsigned int offset, u8 mode)
{
	const struct iphdr *quoted;
	struct iphdr _quoted;
	__be16 _ports[2];
	const __be16 *ports;

	if (offset + sizeof(_quoted) > packet->end)
		return;
	quoted = skb_header_pointer(packet->skb, offset, sizeof(_quoted), &_quoted);
	if (!quoted || quoted->version != 4 || quoted->ihl < 5 ||
	    quoted->saddr != packet->ip->daddr)
		return;
	if (mode != COHORT_HASH_MODE_SOURCEIP && has_ports(quoted->protocol)) {
		offset += quoted->ihl * 4;
		if (quoted->frag_off & htons(IP_OFFSET) || offset + sizeof(_ports) > packet->end)
			return;
		ports = skb_header_pointer(packet->skb, offset, sizeof(_ports), _ports);
		if (!ports)
			return;
		flow->sport = ports[1];
		flow->dport = ports[0];
	} else if (mode != COHORT_HASH_MODE_SOURCEIP &&
		   (quoted->protocol == IPPROTO_ESP || quoted->protocol == IPPROTO_AH)) {
		return;
	}
	flow->src.ip = quoted->daddr;
}

static bool flow_of_icmp(struct cohort_flow *flow, const struct cohort_ipv4 *packet, u8 mode)
{
	const struct icmphdr *icmp;
	struct icmphdr _icmp;

	if (packet->payload + sizeof(_icmp) > packet->end)
		return false;
	icmp = skb_header_pointer(packet->skb, packet->payload, sizeof(_icmp), &_icmp);
	if (!icmp)
		return false;
	if (icmp_is_error(icmp->type)) {
		flow->error = true;
		flow_of_quoted(flow, packet, packet->payload + sizeof(_icmp), mode);
	}
	return true;
}

/* What cohort_flow_ipv4() does for the protocols that are not in a hurry. */
bool cohort_flow_rest(struct cohort_flow *flow, const struct cohort_ipv4 *packet, u8 mode)
{
	const u8 protocol = packet->ip->protocol;

	if (protocol == IPPROTO_ICMP)
		return flow_of_icmp(flow, packet, mode);
	if (mode == COHORT_HASH_MODE_SOURCEIP)
		return true;
	if (has_ports(protocol) || protocol == IPPROTO_ESP)
		return cohort_flow_ports(flow, packet, packet->payload);
	if (protocol == IPPROTO_AH) /* the SPI follows next header, length, reserved */
		return cohort_flow_ports(flow, packet, packet->payload + 4);
	return true;
}

/*
 * A SYN is never known: only the node with the right to new flows answers it,
 * or two nodes would, each with a sequence number of its own. That can leave
 * half-open requests for one connection on both nodes; the client's ACK
 * belongs to the one whose sequence number it confirms.
 */
static enum cohort_known tcp_known(const struct cohort_ipv4 *packet, struct net *net,
				   const struct net_device *dev)
{
	const int master = l3mdev_master_ifindex_rcu(dev);
	const struct tcphdr *tcp;
	struct tcphdr _tcp;
	struct sock *sk;
	bool known;

	if (packet->payload + sizeof(_tcp) > packet->end)
		return COHORT_FLOW_UNKNOWN;
	tcp = skb_header_pointer(packet->skb, packet->payload, sizeof(_tcp), &_tcp);
	if (!tcp)
		return COHORT_FLOW_UNKNOWN;
	if (tcp->syn && !tcp->ack && !tcp->rst)
		return COHORT_FLOW_NEW;
	sk = __inet_lookup_established(net, net->ipv4.tcp_death_row.hashinfo, packet->ip->saddr,
				       tcp->source, packet->ip->daddr, ntohs(tcp->dest),
				       master ?: dev->ifindex, master ? dev->ifindex : 0);
	if (!sk)
		return COHORT_FLOW_UNKNOWN;
	known = sk->sk_state != TCP_NEW_SYN_RECV || !tcp->ack ||
		ntohl(tcp->ack_seq) == tcp_rsk(inet_reqsk(sk))->snt_isn + 1;
	sock_gen_put(sk);
	return known ? COHORT_FLOW_KNOWN : COHORT_FLOW_UNKNOWN;
}

/**
 * cohort_flow_known() - whether a packet belongs to a connection of this node
 * @flow: from cohort_flow_ipv4()
 * @packet: likewise
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
enum cohort_known cohort_flow_known(const struct cohort_flow *flow,
				    const struct cohort_ipv4 *packet, struct net *net,
				    const struct net_device *dev)
{
	if (flow->error)
		return COHORT_FLOW_KNOWN;
	if (flow->protocol == IPPROTO_TCP)
		return tcp_known(packet, net, dev);
	return COHORT_FLOW_NEW;
}
