// SPDX-License-Identifier: GPL-2.0-only

#include <linux/netfilter_ipv4.h>
#include <net/ip.h>

#include "cluster.h"
#include "hooks.h"
#include "netdev.h"
#include "pernet.h"
#include "verdict.h"

/*
 * Not all that a device receives passes its ingress hooks. What tc redirected
 * to an ifb device comes back behind them, and a priority tag within a priority
 * tag is taken off behind them: a node that did not look again would serve
 * those whosever they are.
 *
 * The frame's type tells: what was accepted at ingress is PACKET_HOST by now. So
 * is what came to the NIC's own MAC, but that came to no other node.
 */
static unsigned int hook_inet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct cohort_cluster *cluster;
	bool stranger;

	if (likely(skb->pkt_type == PACKET_HOST))
		return NF_ACCEPT;
	cluster = cohort_netdev_cluster(priv, state->in, cohort_vip_key_ipv4(ip_hdr(skb)->daddr),
					&stranger);
	if (!cluster || cluster->keeper)
		return NF_ACCEPT;
	if (stranger)
		return cohort_drop(skb, cluster, 0, COHORT_STAT_EXPIRED_DROPPED);
	return cohort_judge_ipv4(skb, cluster, rcu_dereference(cluster->table), state);
}

/* Context: the namespace's lock; may sleep. Return: 0 or an error, with nothing registered. */
int cohort_hook_inet_get(struct cohort_net *cnet)
{
	int err;

	lockdep_assert_held(&cnet->lock);
	if (!cnet->inet_users) {
		cnet->inet_ops = (struct nf_hook_ops){
			.hook = hook_inet,
			.priv = cnet,
			.pf = NFPROTO_IPV4,
			.hooknum = NF_INET_PRE_ROUTING,
			.priority = NF_IP_PRI_FIRST,
		};
		err = nf_register_net_hook(cnet->net, &cnet->inet_ops);
		if (err)
			return err;
	}
	cnet->inet_users++;
	return 0;
}

void cohort_hook_inet_put(struct cohort_net *cnet)
{
	lockdep_assert_held(&cnet->lock);
	if (!--cnet->inet_users)
		nf_unregister_net_hook(cnet->net, &cnet->inet_ops);
}
