// SPDX-License-Identifier: GPL-2.0-only

#include <linux/if_vlan.h>
#include <linux/netfilter_netdev.h>
#include <net/ip.h>

#include "hooks.h"
#include "netdev.h"
#include "verdict.h"

/*
 * A fragment, which does not tell the ports if it is a later one. By the
 * source alone it can be judged right here, an ICMP error's too: all of its
 * fragments go by their own source. Otherwise it goes on, until the datagram
 * is whole, unless this node serves nothing anyway.
 */
static noinline unsigned int judge_fragment(struct sk_buff *skb,
					    const struct cohort_cluster *cluster,
					    const struct cohort_table *table,
					    const struct cohort_ipv4 *packet,
					    const struct nf_hook_state *state)
{
	const struct cohort_flow flow = {
		.src.ip = packet->ip->saddr,
		.protocol = packet->ip->protocol,
	};

	if (!table->held)
		return cohort_drop(cluster, &flow, 0, COHORT_STAT_FOREIGN_DROPPED);
	if (cohort_table_expired(table))
		return cohort_drop(cluster, &flow, 0, COHORT_STAT_EXPIRED_DROPPED);
	if (table->hash.mode == COHORT_HASH_MODE_SOURCEIP)
		return cohort_verdict(skb, cluster, table, &flow, packet, state);
	skb->pkt_type = PACKET_HOST;
	return NF_ACCEPT;
}

/* A frame that a promiscuous device overheard: not to this host, nor to the cluster. */
static bool overheard(const struct sk_buff *skb, const struct cohort_table *table)
{
	return skb->pkt_type == PACKET_OTHERHOST &&
	       !ether_addr_equal(eth_hdr(skb)->h_dest, table->mac);
}

static unsigned int judge_ipv4(const struct cohort_netdev *netdev, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const unsigned int offset = skb_network_offset(skb);
	const struct cohort_cluster *cluster;
	const struct cohort_table *table;
	const struct cohort_vips *vips;
	struct cohort_ipv4 packet;
	const struct iphdr *ip;
	struct cohort_flow flow;
	union cohort_vip_key key;
	struct iphdr _ip;

	ip = skb_header_pointer(skb, offset, sizeof(_ip), &_ip);
	if (unlikely(!ip))
		return NF_ACCEPT;
	vips = rcu_dereference(netdev->vips);
	if (unlikely(!vips))
		return NF_ACCEPT;
	key = cohort_vip_key_ipv4(ip->daddr);
	cluster = cohort_vips_find(vips, &key);
	if (!cluster)
		return NF_ACCEPT;
	table = rcu_dereference(cluster->table);
	if (unlikely(overheard(skb, table)))
		return NF_ACCEPT;
	if (unlikely(!cohort_ipv4_check(&packet, skb, ip, offset)))
		return cohort_drop_malformed(cluster);
	if (unlikely(ip_is_fragment(ip)))
		return judge_fragment(skb, cluster, table, &packet, state);
	if (unlikely(!cohort_flow_ipv4(&flow, &packet, table->hash.mode)))
		return cohort_drop_malformed(cluster);
	return cohort_verdict(skb, cluster, table, &flow, &packet, state);
}

/*
 * Frames of a VLAN pass here too, before its own device gets them; only those
 * without a tag, or with a mere priority, are this device's.
 */
static unsigned int hook_ingress(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	if (skb->protocol != htons(ETH_P_IP))
		return NF_ACCEPT;
	if (unlikely(skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb)))
		return NF_ACCEPT;
	return judge_ipv4(priv, skb, state);
}

void cohort_hook_ingress_init(struct nf_hook_ops *ops, struct cohort_netdev *netdev,
			      struct net_device *dev)
{
	*ops = (struct nf_hook_ops) {
		.hook = hook_ingress,
		.dev = dev,
		.priv = netdev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MIN,
	};
}
