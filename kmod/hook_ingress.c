// SPDX-License-Identifier: GPL-2.0-only

#include <linux/netfilter_netdev.h>
#include <net/ip.h>

#include "fragment.h"
#include "hooks.h"
#include "netdev.h"
#include "verdict.h"

/* An IPv4 header without options, and two ports. */
#define PLAIN_LEN ((unsigned int)(sizeof(struct iphdr) + 2 * sizeof(__be16)))

/* The VIP's cluster on this device, or NULL; one that is kept is not for a hook to judge. */
static __always_inline const struct cohort_cluster *cluster_of(const struct cohort_netdev *netdev,
							       __be32 daddr)
{
	const struct cohort_cluster *cluster =
		cohort_vips_find(rcu_dereference(netdev->vips), cohort_vip_key_ipv4(daddr));

	return likely(cluster) && unlikely(cluster->keeper) ? NULL : cluster;
}

unsigned int cohort_judge_ipv4(struct sk_buff *skb, const struct cohort_cluster *cluster,
			       const struct cohort_table *table, const struct nf_hook_state *state)
{
	struct cohort_flow flow = {};
	struct cohort_ipv4 packet;
	const struct iphdr *ip;
	unsigned int verdict;
	struct iphdr _ip;

	ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip);
	if (!ip || !cohort_ipv4_check(&packet, skb, ip))
		goto malformed;
	if (ip_is_fragment(ip) && !cohort_mode_has_ports(table->hash.mode)) {
		flow.src = ip->saddr;
		goto known;
	}
	if (ip_is_fragment(ip)) {
		verdict = cohort_fragment_gather(skb, cluster, table, state);
		if (verdict != NF_ACCEPT)
			return verdict;
		if (!cohort_ipv4_check(&packet, skb, (const struct iphdr *)skb->data))
			goto malformed;
	}
	if (!cohort_flow_ipv4(&flow, &packet, table->hash.mode))
		goto malformed;
known:
	return cohort_verdict_ipv4(skb, cluster, table, flow.src, flow.sport, flow.dport, state);

malformed:
	return cohort_drop(skb, cluster, 0, COHORT_STAT_MALFORMED_DROPPED);
}

/* A packet so scattered that even its headers have to be collected. */
static noinline unsigned int judge_scattered(const struct cohort_netdev *netdev,
					     struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct cohort_cluster *cluster;
	const struct cohort_table *table;
	const struct iphdr *ip;
	struct iphdr _ip;

	ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip);
	if (!ip)
		return NF_ACCEPT; /* whom it is to, the stack does not know either */
	cluster = cluster_of(netdev, ip->daddr);
	if (!cluster)
		return NF_ACCEPT;
	table = rcu_dereference(cluster->table);
	return cohort_overheard(skb, table) ? NF_ACCEPT
					    : cohort_judge_ipv4(skb, cluster, table, state);
}

/*
 * What nearly all packets are: TCP or UDP, whole, without IP options, and as
 * long as the header says, at least PLAIN_LEN, which @skb is known to be.
 */
static __always_inline bool is_plain(const struct sk_buff *skb, const struct iphdr *ip)
{
	return likely(*(const u8 *)ip == 0x45) && likely(!ip_is_fragment(ip)) &&
	       (likely(ip->protocol == IPPROTO_TCP) || likely(ip->protocol == IPPROTO_UDP)) &&
	       likely(ntohs(ip->tot_len) - PLAIN_LEN <= skb->len - PLAIN_LEN);
}

static noinline unsigned int ingress_other(const struct cohort_netdev *netdev, struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	if (COHORT_IPV6 && skb->protocol == htons(ETH_P_IPV6))
		return cohort_ingress_ipv6(netdev, skb, state);
	if (skb->protocol == htons(ETH_P_ARP))
		return cohort_ingress_arp(netdev, skb);
	return NF_ACCEPT;
}

/*
 * The path that decides what a packet of others costs this host. It keeps to
 * registers, and leaves to cohort_judge_ipv4() what is not plain.
 */
static unsigned int hook_ingress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *ip = (const struct iphdr *)skb->data;
	const struct cohort_netdev *netdev = priv;
	const struct cohort_cluster *cluster;
	const struct cohort_table *table;
	const __be16 *ports;

	if (skb->protocol != htons(ETH_P_IP))
		return ingress_other(netdev, skb, state);
	if (unlikely(cohort_of_vlan(skb)))
		return NF_ACCEPT;
	if (unlikely(skb_headlen(skb) < PLAIN_LEN))
		return judge_scattered(netdev, skb, state);
	cluster = cluster_of(netdev, ip->daddr);
	if (!cluster)
		return NF_ACCEPT;
	table = rcu_dereference(cluster->table);
	if (unlikely(cohort_overheard(skb, table)))
		return NF_ACCEPT;
	if (unlikely(!is_plain(skb, ip)))
		return cohort_judge_ipv4(skb, cluster, table, state);
	ports = (const __be16 *)(ip + 1);
	return cohort_verdict_ipv4(skb, cluster, table, ip->saddr, ports[0], ports[1], state);
}

static unsigned int hook_silence(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct cohort_netdev *netdev = priv;
	const struct cohort_cluster *cluster;
	const struct iphdr *ip;
	struct iphdr _ip;

	if (COHORT_IPV6 && skb->protocol == htons(ETH_P_IPV6))
		return cohort_silence_ipv6(netdev, skb);
	if (skb->protocol != htons(ETH_P_IP) || cohort_of_vlan(skb))
		return NF_ACCEPT;
	ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip);
	cluster = ip ? cluster_of(netdev, ip->daddr) : NULL;
	if (!cluster)
		return NF_ACCEPT;
	return cohort_drop(skb, cluster, 0, COHORT_STAT_EXPIRED_DROPPED);
}

void cohort_hook_ingress_init(struct nf_hook_ops *ops, struct cohort_netdev *netdev,
			      struct net_device *dev)
{
	*ops = (struct nf_hook_ops){
		.hook = hook_ingress,
		.dev = dev,
		.priv = netdev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MIN,
	};
}

void cohort_hook_silence_init(struct nf_hook_ops *ops, struct cohort_netdev *netdev,
			      struct net_device *dev)
{
	cohort_hook_ingress_init(ops, netdev, dev);
	ops->hook = hook_silence;
}
