// SPDX-License-Identifier: GPL-2.0-only

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "fragment.h"
#include "verdict.h"

/* Our fragments are kept apart from those that others put together: "coho". */
#define COHORT_DEFRAG_USER 0x636f686f

static unsigned int gather_ipv4(struct sk_buff *skb, struct net *net)
{
	const struct iphdr *ip;

	if (!pskb_may_pull(skb, sizeof(*ip)))
		return NF_DROP;
	ip = (const struct iphdr *)skb->data;
	if (!pskb_may_pull(skb, ip->ihl * 4))
		return NF_DROP;
	ip = (const struct iphdr *)skb->data;
	if (ip_fast_csum(ip, ip->ihl) || pskb_trim_rcsum(skb, ntohs(ip->tot_len)))
		return NF_DROP;
	return ip_defrag(net, skb, COHORT_DEFRAG_USER) ? NF_STOLEN : NF_ACCEPT;
}

/*
 * This one leaves what it finds useless to its caller, maybe without its
 * headers. It accepts what it does not take for a fragment, which is then one still.
 */
static unsigned int gather_ipv6(struct sk_buff *skb, struct net *net)
{
	int err;

	if (!pskb_may_pull(skb, sizeof(struct ipv6hdr)))
		return NF_DROP;
	err = nf_ct_frag6_gather(net, skb, COHORT_DEFRAG_USER);
	if (!err)
		return NF_ACCEPT;
	if (err == -EINPROGRESS)
		return NF_STOLEN;
	__skb_push(skb, -skb_network_offset(skb));
	return NF_DROP;
}

/*
 * Here, at ingress, and not by a hook behind the one that defragments at
 * PRE_ROUTING: that pair would be called for each packet of the host, most of
 * which are whole and judged already.
 *
 * Every node collects the fragments, as none can know whose they are before
 * the last has come. If it never comes, none may complain of it to the client,
 * or all would: the stack finds no device to complain through.
 */
static unsigned int gather(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct net_device *dev = skb->dev;
	unsigned int verdict;

	if (skb_shared(skb))
		return NF_DROP;
	/* At PRE_ROUTING it says already where the stack goes on with the packet. */
	if (state->pf == NFPROTO_NETDEV)
		memset(skb->cb, 0, sizeof(skb->cb));
	skb->dev = blackhole_netdev;
	if (COHORT_IPV6 && skb->protocol == htons(ETH_P_IPV6))
		verdict = gather_ipv6(skb, state->net);
	else
		verdict = gather_ipv4(skb, state->net);
	if (verdict == NF_STOLEN)
		return verdict;
	skb->dev = dev;
	if (verdict == NF_ACCEPT) {
		skb->ignore_df = 1; /* should it be forwarded, it may be cut again */
		skb_clear_hash(skb);
	}
	return verdict;
}

/**
 * cohort_fragment_gather() - put a datagram together
 * @skb: a fragment, its headers checked; its data begins with them
 * @cluster: whose VIP it is to, and whose mode needs the ports
 * @table: of the cluster
 * @state: of the hook
 *
 * A fragment does not tell the ports if it is a later one, so it waits for the
 * others, unless this node serves nothing anyway.
 *
 * Context: RCU, bottom halves disabled.
 * Return: NF_ACCEPT if @skb is now the whole datagram, and still to be judged;
 * NF_STOLEN if it waits for the others or was found useless with them; NF_DROP
 * if it is to be dropped, which is counted.
 */
unsigned int cohort_fragment_gather(struct sk_buff *skb, const struct cohort_cluster *cluster,
				    const struct cohort_table *table,
				    const struct nf_hook_state *state)
{
	unsigned int verdict;

	if (!table->held)
		return cohort_drop(skb, cluster, 0, COHORT_STAT_FOREIGN_DROPPED);
	if (cohort_table_expired(table))
		return cohort_drop(skb, cluster, 0, COHORT_STAT_EXPIRED_DROPPED);
	verdict = gather(skb, state);
	if (verdict == NF_DROP)
		return cohort_drop(skb, cluster, 0, COHORT_STAT_MALFORMED_DROPPED);
	return verdict;
}
