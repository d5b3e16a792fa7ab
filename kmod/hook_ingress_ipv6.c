// SPDX-License-Identifier: GPL-2.0-only

#include <net/ipv6.h>

#include "fragment.h"
#include "hooks.h"
#include "netdev.h"
#include "verdict.h"

/* An IPv6 header that nothing extends, and two ports. */
#define PLAIN_LEN ((unsigned int)(sizeof(struct ipv6hdr) + 2 * sizeof(__be16)))

/* The VIP's cluster on this device, or NULL. */
static __always_inline const struct cohort_cluster *cluster_of(const struct cohort_netdev *netdev,
							       const struct in6_addr *daddr)
{
	if (!cohort_vip_possible(daddr))
		return NULL;
	return cohort_vips_find(rcu_dereference(netdev->vips), cohort_vip_key_ipv6(daddr));
}

/*
 * What neighbours tell one another is for every node. The stack takes it as it
 * came, except for a unicast MAC of the cluster's, which it does not know.
 */
static unsigned int let_in(struct sk_buff *skb)
{
	if (skb->pkt_type == PACKET_OTHERHOST)
		skb->pkt_type = PACKET_HOST;
	return NF_ACCEPT;
}

unsigned int cohort_judge_ipv6(struct sk_buff *skb, const struct cohort_cluster *cluster,
			       const struct cohort_table *table, const struct nf_hook_state *state)
{
	struct cohort_flow_ipv6 flow = {};
	const struct ipv6hdr *ip;
	struct cohort_ipv6 packet;
	unsigned int verdict;
	struct ipv6hdr _ip;
	bool in_pieces;

	ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip);
	if (!ip || !cohort_ipv6_check(&packet, skb, ip))
		goto malformed;
	in_pieces = packet.fragment;
	if (in_pieces && !cohort_mode_has_ports(table->hash.mode)) {
		flow.src = ip->saddr;
		goto known;
	}
	if (in_pieces) {
		verdict = cohort_fragment_gather(skb, cluster, table, state);
		if (verdict != NF_ACCEPT)
			return verdict;
		if (!cohort_ipv6_check(&packet, skb, (const struct ipv6hdr *)skb->data) ||
		    packet.fragment)
			goto malformed;
	}
	if (cohort_ipv6_is_discovery(&packet)) {
		if (in_pieces) /* which RFC 6980 forbids, and the stack cannot see any more */
			goto malformed;
		return let_in(skb);
	}
	if (!cohort_flow_ipv6(&flow, &packet, table->hash.mode))
		goto malformed;
known:
	return cohort_verdict_ipv6(skb, cluster, table, &flow.src, flow.sport, flow.dport, state);

malformed:
	return cohort_drop(skb, cluster, 0, COHORT_STAT_MALFORMED_DROPPED);
}

/* A packet so scattered that even its headers have to be collected. */
static noinline unsigned int judge_scattered(const struct cohort_netdev *netdev,
					     struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct cohort_cluster *cluster;
	const struct cohort_table *table;
	const struct ipv6hdr *ip;
	struct ipv6hdr _ip;

	ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip);
	cluster = ip ? cluster_of(netdev, &ip->daddr) : NULL;
	if (!cluster)
		return NF_ACCEPT;
	table = rcu_dereference(cluster->table);
	return cohort_overheard(skb, table) ? NF_ACCEPT
					    : cohort_judge_ipv6(skb, cluster, table, state);
}

/*
 * What nearly all packets are: TCP or UDP without extension headers, and as long
 * as the header says, at least PLAIN_LEN, which @skb is known to be.
 */
static __always_inline bool is_plain(const struct sk_buff *skb, const struct ipv6hdr *ip)
{
	return likely(ip->version == 6) &&
	       (likely(ip->nexthdr == IPPROTO_TCP) || likely(ip->nexthdr == IPPROTO_UDP)) &&
	       likely(ntohs(ip->payload_len) - (PLAIN_LEN - sizeof(*ip)) <= skb->len - PLAIN_LEN);
}

unsigned int cohort_ingress_ipv6(const struct cohort_netdev *netdev, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)skb->data;
	const struct cohort_cluster *cluster;
	const struct cohort_table *table;
	const __be16 *ports;

	if (unlikely(cohort_of_vlan(skb)))
		return NF_ACCEPT;
	if (unlikely(skb_headlen(skb) < PLAIN_LEN))
		return judge_scattered(netdev, skb, state);
	cluster = cluster_of(netdev, &ip->daddr);
	if (!cluster)
		return NF_ACCEPT;
	table = rcu_dereference(cluster->table);
	if (unlikely(cohort_overheard(skb, table)))
		return NF_ACCEPT;
	if (unlikely(!is_plain(skb, ip)))
		return cohort_judge_ipv6(skb, cluster, table, state);
	ports = (const __be16 *)(ip + 1);
	return cohort_verdict_ipv6(skb, cluster, table, &ip->saddr, ports[0], ports[1], state);
}

unsigned int cohort_silence_ipv6(const struct cohort_netdev *netdev, const struct sk_buff *skb)
{
	const struct cohort_cluster *cluster;
	const struct ipv6hdr *ip;
	struct ipv6hdr _ip;

	if (cohort_of_vlan(skb))
		return NF_ACCEPT;
	ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip);
	cluster = ip ? cluster_of(netdev, &ip->daddr) : NULL;
	if (!cluster)
		return NF_ACCEPT;
	return cohort_drop(skb, cluster, 0, COHORT_STAT_EXPIRED_DROPPED);
}
