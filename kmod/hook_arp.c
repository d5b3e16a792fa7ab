// SPDX-License-Identifier: GPL-2.0-only

#include <linux/if_arp.h>
#include <linux/netfilter_arp.h>
#include <net/arp.h>

#include "cluster.h"
#include "hooks.h"
#include "netdev.h"
#include "verdict.h"

/**
 * struct arp_ipv4 - what follows struct arphdr for IPv4 over Ethernet (RFC 826)
 * @sha: sender's MAC address
 * @sip: sender's IP address
 * @tha: target's MAC address
 * @tip: target's IP address
 */
struct arp_ipv4 {
	u8 sha[ETH_ALEN];
	__be32 sip;
	u8 tha[ETH_ALEN];
	__be32 tip;
} __packed;

static bool is_ipv4_over_ethernet(const struct arphdr *arp)
{
	return arp->ar_hrd == htons(ARPHRD_ETHER) && arp->ar_pro == htons(ETH_P_IP) &&
	       arp->ar_hln == ETH_ALEN && arp->ar_pln == sizeof(struct in_addr) &&
	       (arp->ar_op == htons(ARPOP_REQUEST) || arp->ar_op == htons(ARPOP_REPLY));
}

/*
 * Whoever hears of a VIP must learn the cluster's MAC: from the answers to his
 * requests, and from requests with the VIP as sender, from which he learns as
 * well. Only the payload changes; the frame comes from the NIC's own MAC, so
 * that no switch learns where the cluster's would be.
 */
static unsigned int hook_arp(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const unsigned int offset = skb_network_offset(skb) + sizeof(struct arphdr);
	const struct cohort_cluster *cluster;
	const struct arp_ipv4 *said;
	const struct arphdr *arp;
	struct arp_ipv4 _said, *new;
	struct arphdr _arp;
	enum cohort_place place;

	arp = skb_header_pointer(skb, skb_network_offset(skb), sizeof(_arp), &_arp);
	if (!arp || !is_ipv4_over_ethernet(arp))
		return NF_ACCEPT;
	said = skb_header_pointer(skb, offset, sizeof(_said), &_said);
	if (!said)
		return NF_ACCEPT;
	cluster = cohort_netdev_cluster(priv, state->out, cohort_vip_key_ipv4(said->sip), &place);
	if (!cluster)
		return NF_ACCEPT;
	if (place == COHORT_PLACE_STRANGER) /* which serves nothing, so it must not draw anything */
		return NF_DROP;
	/* One that cannot be put right must not leave: it would draw the VIP to this host alone. */
	if (skb_ensure_writable(skb, offset + sizeof(*new)))
		return NF_DROP;
	new = (struct arp_ipv4 *)(skb->data + offset);
	ether_addr_copy(new->sha, rcu_dereference(cluster->table)->mac);
	cohort_stats_count_out(cluster->stats, COHORT_STAT_ARP_REWRITTEN);
	return NF_ACCEPT;
}

/*
 * Who asks by the cluster's unicast MAC whether the VIP is still there, or answers
 * what the VIP asked, is heard by every node. The stack takes it for overheard.
 */
unsigned int cohort_ingress_arp(const struct cohort_netdev *netdev, struct sk_buff *skb)
{
	const struct cohort_cluster *cluster;
	const struct arp_ipv4 *said;
	const struct arphdr *arp;
	struct arp_ipv4 _said;
	struct arphdr _arp;

	if (likely(skb->pkt_type != PACKET_OTHERHOST) || cohort_of_vlan(skb))
		return NF_ACCEPT;
	arp = skb_header_pointer(skb, 0, sizeof(_arp), &_arp);
	if (!arp || !is_ipv4_over_ethernet(arp))
		return NF_ACCEPT;
	said = skb_header_pointer(skb, sizeof(*arp), sizeof(_said), &_said);
	if (!said)
		return NF_ACCEPT;
	cluster = cohort_vips_find(rcu_dereference(netdev->vips), cohort_vip_key_ipv4(said->tip));
	if (cluster && !cohort_overheard(skb, rcu_dereference(cluster->table)))
		skb->pkt_type = PACKET_HOST;
	return NF_ACCEPT;
}

void cohort_hook_arp_init(struct nf_hook_ops *ops, struct cohort_net *cnet)
{
	*ops = (struct nf_hook_ops){
		.hook = hook_arp,
		.priv = cnet,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_OUT,
		.priority = INT_MAX,
	};
}
