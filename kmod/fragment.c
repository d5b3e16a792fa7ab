// SPDX-License-Identifier: GPL-2.0-only

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/ip.h>

#include "fragment.h"

/* Our fragments are kept apart from those that others put together: "coho". */
#define COHORT_DEFRAG_USER 0x636f686f

/**
 * cohort_fragment_ipv4() - put a datagram together
 * @skb: a fragment, its header checked; its data begins with it
 * @net: the namespace
 *
 * Here, at ingress, and not by a hook behind the one that defragments at
 * PRE_ROUTING: that pair would be called for each packet of the host, most of
 * which are whole and judged already.
 *
 * Every node collects the fragments, as none can know whose they are before
 * the last has come. If it never comes, none may complain of it to the client,
 * or all would: the stack finds no device to complain through.
 *
 * Context: RCU, bottom halves disabled.
 * Return: NF_ACCEPT if @skb is now the whole datagram, NF_STOLEN if it waits for
 * the others or was found useless with them, NF_DROP if it is to be dropped.
 */
unsigned int cohort_fragment_ipv4(struct sk_buff *skb, struct net *net)
{
	struct net_device *dev = skb->dev;
	const struct iphdr *ip;

	if (skb_shared(skb) || !pskb_may_pull(skb, sizeof(*ip)))
		return NF_DROP;
	ip = (const struct iphdr *)skb->data;
	if (!pskb_may_pull(skb, ip->ihl * 4))
		return NF_DROP;
	ip = (const struct iphdr *)skb->data;
	if (ip_fast_csum(ip, ip->ihl) || pskb_trim_rcsum(skb, ntohs(ip->tot_len)))
		return NF_DROP;
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	skb->dev = blackhole_netdev;
	if (ip_defrag(net, skb, COHORT_DEFRAG_USER))
		return NF_STOLEN;
	skb->dev = dev;
	skb->ignore_df = 1; /* should it be forwarded, it may be cut again */
	skb_clear_hash(skb);
	return NF_ACCEPT;
}
