/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a packet goes on. What happens to every packet is inline; what only
 * those meet that are not dropped at once is not. All in the context of
 * packets: RCU, bottom halves disabled.
 */
#ifndef _COHORT_VERDICT_H
#define _COHORT_VERDICT_H

#include <linux/if_vlan.h>
#include <linux/netfilter.h>

#include "cluster.h"
#include "flow.h"
#include "trace.h"

/* Tell the tracepoint, which most packets pass by without so much as a stack frame. */
unsigned int cohort_verdict_traced(const struct sk_buff *skb, const struct cohort_cluster *cluster,
				   u32 bucket, enum cohort_stat why, unsigned int verdict);

static __always_inline unsigned int cohort_drop(const struct sk_buff *skb,
						const struct cohort_cluster *cluster, u32 bucket,
						enum cohort_stat why)
{
	cohort_stats_count(cluster->stats, why);
	if (trace_cohort_verdict_enabled())
		return cohort_verdict_traced(skb, cluster, bucket, why, NF_DROP);
	return NF_DROP;
}

/* A packet that came by a group MAC is now as good as one to this host: TCP takes no other. */
static __always_inline unsigned int cohort_accept(struct sk_buff *skb,
						  const struct cohort_cluster *cluster, u32 bucket,
						  enum cohort_stat why)
{
	cohort_stats_count(cluster->stats, why);
	skb->pkt_type = PACKET_HOST;
	if (trace_cohort_verdict_enabled())
		return cohort_verdict_traced(skb, cluster, bucket, why, NF_ACCEPT);
	return NF_ACCEPT;
}

/* For a bucket that this node holds, in whatever state. */
unsigned int cohort_verdict_held(struct sk_buff *skb, const struct cohort_cluster *cluster,
				 const struct cohort_table *table, u32 bucket, unsigned int held,
				 const struct nf_hook_state *state);

/* For a packet whose addresses and ports come to @hash. */
static __always_inline unsigned int cohort_verdict(struct sk_buff *skb,
						   const struct cohort_cluster *cluster,
						   const struct cohort_table *table, u32 hash,
						   const struct nf_hook_state *state)
{
	const u32 bucket = cohort_hash_bucket(hash, table->hash.buckets);
	const unsigned int held = cohort_states_get(table->states, bucket);

	if (likely(held == COHORT_BUCKET_STATE_NONE))
		return cohort_drop(skb, cluster, bucket, COHORT_STAT_FOREIGN_DROPPED);
	return cohort_verdict_held(skb, cluster, table, bucket, held, state);
}

static __always_inline unsigned int cohort_verdict_ipv4(struct sk_buff *skb,
							const struct cohort_cluster *cluster,
							const struct cohort_table *table,
							__be32 src, __be16 sport, __be16 dport,
							const struct nf_hook_state *state)
{
	return cohort_verdict(skb, cluster, table,
			      cohort_hash_ipv4(&table->hash, (__force u32)src, (__force u16)sport,
					       (__force u16)dport),
			      state);
}

static __always_inline unsigned int
cohort_verdict_ipv6(struct sk_buff *skb, const struct cohort_cluster *cluster,
		    const struct cohort_table *table, const struct in6_addr *src, __be16 sport,
		    __be16 dport, const struct nf_hook_state *state)
{
	return cohort_verdict(skb, cluster, table,
			      cohort_hash_ipv6(&table->hash, (__force const u32 *)src->s6_addr32,
					       (__force u16)sport, (__force u16)dport),
			      state);
}

/*
 * Frames of a VLAN pass the ingress hooks too, before its own device gets them;
 * only those without a tag, or with a mere priority, are this device's.
 */
static inline bool cohort_of_vlan(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb);
}

/* A frame that a promiscuous device overheard: not to this host, nor to the cluster. */
static inline bool cohort_overheard(const struct sk_buff *skb, const struct cohort_table *table)
{
	return skb->pkt_type == PACKET_OTHERHOST &&
	       !ether_addr_equal(eth_hdr(skb)->h_dest, table->mac);
}

#endif /* _COHORT_VERDICT_H */
