// SPDX-License-Identifier: GPL-2.0-only

#include "verdict.h"

unsigned int cohort_verdict_traced(const struct sk_buff *skb, const struct cohort_cluster *cluster,
				   u32 bucket, enum cohort_stat why, unsigned int verdict)
{
	trace_cohort_verdict(cluster, skb, bucket, why);
	return verdict;
}

/*
 * A bucket on its way from one node, which drains it, to another, which adopts
 * it: each node has one of the two rights over it. What is known to either
 * goes on there. A new flow begins at the adopter. A connection that is known to
 * neither gets no answer, for the other node might know it.
 */
static noinline unsigned int verdict_moving(struct sk_buff *skb,
					    const struct cohort_cluster *cluster, u32 bucket,
					    bool drains, const struct nf_hook_state *state)
{
	const enum cohort_known known = cohort_flow_known(skb, state->net, state->in);

	if (drains) {
		if (known == COHORT_FLOW_KNOWN)
			return cohort_accept(skb, cluster, bucket, COHORT_STAT_DRAIN_ACCEPTED);
		return cohort_drop(skb, cluster, bucket, COHORT_STAT_DRAIN_DROPPED);
	}
	if (known == COHORT_FLOW_UNKNOWN)
		return cohort_drop(skb, cluster, bucket, COHORT_STAT_ADOPT_DROPPED);
	return cohort_accept(skb, cluster, bucket, COHORT_STAT_ADOPT_ACCEPTED);
}

unsigned int cohort_verdict_held(struct sk_buff *skb, const struct cohort_cluster *cluster,
				 const struct cohort_table *table, u32 bucket, unsigned int held,
				 const struct nf_hook_state *state)
{
	if (unlikely(cohort_table_expired(table)))
		return cohort_drop(skb, cluster, bucket, COHORT_STAT_EXPIRED_DROPPED);
	if (likely(held == COHORT_BUCKET_STATE_OWN))
		return cohort_accept(skb, cluster, bucket, COHORT_STAT_ACCEPTED);
	return verdict_moving(skb, cluster, bucket, held == COHORT_BUCKET_STATE_DRAIN, state);
}
