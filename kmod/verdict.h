/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a packet goes on. The same for each hook; all that happens to every
 * packet is inline, and what a planned move needs is not.
 */
#ifndef _COHORT_VERDICT_H
#define _COHORT_VERDICT_H

#include "cluster.h"
#include "flow.h"
#include "trace.h"

/* Count and trace. Context: RCU, bottom halves disabled. */
static __always_inline unsigned int cohort_drop(const struct cohort_cluster *cluster,
						const struct cohort_flow *flow, u32 bucket,
						enum cohort_stat why)
{
	cohort_stats_count(cluster->stats, why);
	trace_cohort_verdict(cluster, flow, bucket, why);
	return NF_DROP;
}

/* A packet that came by a group MAC is now as good as one to this host: TCP takes no other. */
static __always_inline unsigned int cohort_accept(struct sk_buff *skb,
						  const struct cohort_cluster *cluster,
						  const struct cohort_flow *flow, u32 bucket,
						  enum cohort_stat why)
{
	cohort_stats_count(cluster->stats, why);
	trace_cohort_verdict(cluster, flow, bucket, why);
	skb->pkt_type = PACKET_HOST;
	return NF_ACCEPT;
}

/* A header to a VIP lies about its lengths. */
static inline unsigned int cohort_drop_malformed(const struct cohort_cluster *cluster)
{
	const struct cohort_flow none = {};

	return cohort_drop(cluster, &none, 0, COHORT_STAT_MALFORMED_DROPPED);
}

unsigned int cohort_verdict_moving(struct sk_buff *skb, const struct cohort_cluster *cluster,
				   const struct cohort_flow *flow,
				   const struct cohort_ipv4 *packet, u32 bucket, bool drains,
				   const struct nf_hook_state *state);

/* By what goes into the hash. Context: RCU, bottom halves disabled. */
static __always_inline unsigned int cohort_verdict(struct sk_buff *skb,
						   const struct cohort_cluster *cluster,
						   const struct cohort_table *table,
						   const struct cohort_flow *flow,
						   const struct cohort_ipv4 *packet,
						   const struct nf_hook_state *state)
{
	const u32 hash = cohort_hash_ipv4(&table->hash, (__force u32)flow->src.ip,
					  (__force u16)flow->sport, (__force u16)flow->dport);
	const u32 bucket = cohort_hash_bucket(hash, table->hash.buckets);
	const unsigned int held = cohort_states_get(table->states, bucket);

	if (likely(held == COHORT_BUCKET_STATE_NONE))
		return cohort_drop(cluster, flow, bucket, COHORT_STAT_FOREIGN_DROPPED);
	if (unlikely(cohort_table_expired(table)))
		return cohort_drop(cluster, flow, bucket, COHORT_STAT_EXPIRED_DROPPED);
	if (likely(held == COHORT_BUCKET_STATE_OWN))
		return cohort_accept(skb, cluster, flow, bucket, COHORT_STAT_ACCEPTED);
	return cohort_verdict_moving(skb, cluster, flow, packet, bucket,
				     held == COHORT_BUCKET_STATE_DRAIN, state);
}

#endif /* _COHORT_VERDICT_H */
