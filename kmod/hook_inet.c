// SPDX-License-Identifier: GPL-2.0-only

#include <linux/netfilter_ipv4.h>
#include <net/ip.h>

#include "cluster.h"
#include "hooks.h"
#include "netdev.h"
#include "verdict.h"

/*
 * Not all that a device receives passes its ingress hooks. What tc redirected
 * to an ifb device comes back behind them, and a priority tag within a priority
 * tag is taken off behind them: a node that did not look again would serve
 * those whosever they are.
 *
 * Nor does all that they pass come to the cluster's device alone: of a frame to a
 * group, what is below a macvlan device has a copy for itself.
 *
 * The frame's type tells: what was accepted at ingress is PACKET_HOST by now. So
 * is what came to the NIC's own MAC, but that came to no other node.
 */
static unsigned int hook_ipv4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct cohort_cluster *cluster;
	enum cohort_place place;

	if (likely(skb->pkt_type == PACKET_HOST))
		return NF_ACCEPT;
	cluster = cohort_netdev_cluster(priv, state->in, cohort_vip_key_ipv4(ip_hdr(skb)->daddr),
					&place);
	if (!cluster || cluster->keeper)
		return NF_ACCEPT;
	if (place == COHORT_PLACE_BELOW)
		return NF_DROP;
	if (place == COHORT_PLACE_STRANGER)
		return cohort_drop(skb, cluster, 0, COHORT_STAT_EXPIRED_DROPPED);
	return cohort_judge_ipv4(skb, cluster, rcu_dereference(cluster->table), state);
}

void cohort_hook_ipv4_init(struct nf_hook_ops *ops, struct cohort_net *cnet)
{
	*ops = (struct nf_hook_ops){
		.hook = hook_ipv4,
		.priv = cnet,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_FIRST,
	};
}
