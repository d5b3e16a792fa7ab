// SPDX-License-Identifier: GPL-2.0-only

#include <linux/netfilter_ipv4.h>
#include <net/ip.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>

#include "hooks.h"
#include "netdev.h"
#include "pernet.h"
#include "verdict.h"

static unsigned int judge(const struct cohort_netdev *netdev, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	const struct cohort_cluster *cluster;
	const struct cohort_table *table;
	const struct cohort_vips *vips;
	struct cohort_ipv4 packet;
	struct cohort_flow flow;
	union cohort_vip_key key;

	vips = rcu_dereference(netdev->vips);
	if (!vips)
		return NF_ACCEPT;
	key = cohort_vip_key_ipv4(ip->daddr);
	cluster = cohort_vips_find(vips, &key);
	if (!cluster)
		return NF_ACCEPT;
	table = rcu_dereference(cluster->table);
	if (table->hash.mode == COHORT_HASH_MODE_SOURCEIP)
		return NF_ACCEPT; /* each fragment was judged at ingress */
	if (!cohort_ipv4_check(&packet, skb, ip, skb_network_offset(skb)))
		return cohort_drop_malformed(cluster);
	/* Still a fragment: somebody's rule kept it from being put together, so no one can judge. */
	if (ip_is_fragment(ip) || !cohort_flow_ipv4(&flow, &packet, table->hash.mode))
		return cohort_drop_malformed(cluster);
	return cohort_verdict(skb, cluster, table, &flow, &packet, state);
}

/*
 * Datagrams that came in one piece were judged at ingress. The others bear
 * the mark of having been put together just now, by the hook before this one.
 */
static unsigned int hook_inet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct cohort_netdev *netdev;

	if (likely(!IPCB(skb)->frag_max_size && !ip_is_fragment(ip_hdr(skb))))
		return NF_ACCEPT;
	netdev = cohort_netdev_of(priv, state->in);
	return netdev ? judge(netdev, skb, state) : NF_ACCEPT;
}

/* Context: the namespace's lock; may sleep. Return: 0 or an error, with nothing registered. */
int cohort_hook_inet_get(struct cohort_net *cnet)
{
	int err;

	lockdep_assert_held(&cnet->lock);
	if (cnet->inet_users) {
		cnet->inet_users++;
		return 0;
	}
	err = nf_defrag_ipv4_enable(cnet->net);
	if (err)
		return err;
	cnet->inet_ops = (struct nf_hook_ops) {
		.hook = hook_inet,
		.priv = cnet,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK_DEFRAG + 1,
	};
	err = nf_register_net_hook(cnet->net, &cnet->inet_ops);
	if (err) {
		nf_defrag_ipv4_disable(cnet->net);
		return err;
	}
	cnet->inet_users = 1;
	return 0;
}

void cohort_hook_inet_put(struct cohort_net *cnet)
{
	lockdep_assert_held(&cnet->lock);
	if (--cnet->inet_users)
		return;
	nf_unregister_net_hook(cnet->net, &cnet->inet_ops);
	nf_defrag_ipv4_disable(cnet->net);
}
