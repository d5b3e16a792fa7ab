// SPDX-License-Identifier: GPL-2.0-only

#include <linux/netfilter_ipv6.h>
#include <net/ipv6.h>

#include "cluster.h"
#include "hooks.h"
#include "netdev.h"
#include "verdict.h"

/* As hook_inet.c, for IPv6, of which much is to groups that are no VIPs. */
static unsigned int hook_ipv6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;
	const struct cohort_cluster *cluster;
	enum cohort_place place;

	if (likely(skb->pkt_type == PACKET_HOST) || !cohort_vip_possible(daddr))
		return NF_ACCEPT;
	cluster = cohort_netdev_cluster(priv, state->in, cohort_vip_key_ipv6(daddr), &place);
	if (!cluster)
		return NF_ACCEPT;
	if (place == COHORT_PLACE_BELOW)
		return NF_DROP;
	if (place == COHORT_PLACE_STRANGER)
		return cohort_drop(skb, cluster, 0, COHORT_STAT_EXPIRED_DROPPED);
	return cohort_judge_ipv6(skb, cluster, rcu_dereference(cluster->table), state);
}

void cohort_hook_ipv6_init(struct nf_hook_ops *ops, struct cohort_net *cnet)
{
	*ops = (struct nf_hook_ops){
		.hook = hook_ipv6,
		.priv = cnet,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_FIRST,
	};
}
