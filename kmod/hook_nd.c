// SPDX-License-Identifier: GPL-2.0-only

#include <linux/netfilter_ipv6.h>
#include <net/checksum.h>
#include <net/ndisc.h>

#include "cluster.h"
#include "flow.h"
#include "hooks.h"
#include "netdev.h"

/**
 * struct nd_said - what a neighbour discovery message says of an address
 * @of: whose link-layer address it gives
 * @icmp: offset of its ICMPv6 header from skb->data
 * @option: the type of the options with the address
 * @options: offset of all options
 * @end: offset of their end
 */
struct nd_said {
	struct in6_addr of;
	unsigned int icmp;
	u8 option;
	unsigned int options;
	unsigned int end;
};

/*
 * What the message says of whom (RFC 4861, 4.1, 4.3, 4.4): an advertisement of
 * its target, a solicitation of its sender. False for all else.
 */
static bool nd_said(struct nd_said *said, const struct sk_buff *skb)
{
	const struct icmp6hdr *icmp;
	struct cohort_ipv6 packet;
	const struct ipv6hdr *ip;
	struct icmp6hdr _icmp;
	struct ipv6hdr _ip;

	ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip);
	if (!ip || (ip->nexthdr != IPPROTO_ICMPV6 && !ipv6_ext_hdr(ip->nexthdr)))
		return false;
	if (!cohort_ipv6_check(&packet, skb, ip) || packet.protocol != IPPROTO_ICMPV6 ||
	    packet.fragment)
		return false;
	icmp = skb_header_pointer(skb, packet.payload, sizeof(_icmp), &_icmp);
	if (!icmp)
		return false;
	*said = (struct nd_said){
		.of = ip->saddr,
		.icmp = packet.payload,
		.option = ND_OPT_SOURCE_LL_ADDR,
		.options = packet.payload + sizeof(struct nd_msg),
		.end = packet.end,
	};
	switch (icmp->icmp6_type) {
	case NDISC_ROUTER_SOLICITATION:
		said->options = packet.payload + sizeof(struct rs_msg);
		return true;
	case NDISC_NEIGHBOUR_SOLICITATION:
		return true;
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
		said->option = ND_OPT_TARGET_LL_ADDR;
		return !skb_copy_bits(skb, packet.payload + offsetof(struct nd_msg, target),
				      &said->of, sizeof(said->of));
	default:
		return false;
	}
}

/* Put @mac in the place of another, which lies at an even offset, and right the checksum. */
static void replace_mac(u8 *old, const u8 *mac, __sum16 *sum)
{
	unsigned int i;

	for (i = 0; i < ETH_ALEN; i += sizeof(__be16)) {
		__be16 *word = (__be16 *)(old + i), new;

		memcpy(&new, mac + i, sizeof(new));
		if (sum)
			csum_replace2(sum, *word, new);
		*word = new;
	}
}

/*
 * Write @mac into each option that @said tells of; all of them are writable.
 * Return: whether there is one. Nobody believes options with a length of 0 among them.
 */
static bool rewrite(struct sk_buff *skb, const struct nd_said *said, const u8 *mac)
{
	struct icmp6hdr *icmp = (struct icmp6hdr *)(skb->data + said->icmp);
	/* A checksum that is yet to be made covers what is there by then. */
	__sum16 *sum = skb->ip_summed == CHECKSUM_PARTIAL ? NULL : &icmp->icmp6_cksum;
	bool found = false;
	unsigned int at, len;

	for (at = said->options; at + sizeof(struct nd_opt_hdr) <= said->end; at += len) {
		const struct nd_opt_hdr *option = (const struct nd_opt_hdr *)(skb->data + at);

		len = option->nd_opt_len * 8;
		if (!len || len > said->end - at)
			break;
		if (option->nd_opt_type != said->option)
			continue;
		replace_mac(skb->data + at + sizeof(*option), mac, sum);
		found = true;
	}
	return found;
}

/*
 * As hook_arp.c, for IPv6. At LOCAL_OUT, since none of it is ever forwarded. The
 * frame will come from the NIC's own MAC.
 */
static unsigned int hook_nd(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct cohort_cluster *cluster;
	struct nd_said said;
	enum cohort_place place;

	if (!nd_said(&said, skb) || !cohort_vip_possible(&said.of))
		return NF_ACCEPT;
	cluster = cohort_netdev_cluster(priv, state->out, cohort_vip_key_ipv6(&said.of), &place);
	if (!cluster)
		return NF_ACCEPT;
	if (place == COHORT_PLACE_STRANGER) /* which serves nothing, so it must not draw anything */
		return NF_DROP;
	/* One that cannot be put right must not leave: it would draw the VIP to this host alone. */
	if (skb_ensure_writable(skb, said.end))
		return NF_DROP;
	if (rewrite(skb, &said, rcu_dereference(cluster->table)->mac))
		cohort_stats_count_out(cluster->stats, COHORT_STAT_ND_REWRITTEN);
	return NF_ACCEPT;
}

void cohort_hook_nd_init(struct nf_hook_ops *ops, struct cohort_net *cnet)
{
	*ops = (struct nf_hook_ops){
		.hook = hook_nd,
		.priv = cnet,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_LAST,
	};
}
