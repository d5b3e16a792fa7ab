// SPDX-License-Identifier: GPL-2.0-only

#include "verdict.h"

/*
 * A bucket on its way from one node, which drains it, to another, which adopts
 * it: each node has one of the two rights over it. What is known to either
 * goes on there. A new flow begins at the adopter. A connection that is known to
 * neither gets no answer, for the other node might know it.
 */
unsigned int cohort_verdict_moving(struct sk_buff *skb, const struct cohort_cluster *cluster,
				   const struct cohort_flow *flow,
				   const struct cohort_ipv4 *packet, u32 bucket, bool drains,
				   const struct nf_hook_state *state)
{
	const enum cohort_known known = cohort_flow_known(flow, packet, state->net, state->in);

	if (drains) {
		if (known == COHORT_FLOW_KNOWN)
			return cohort_accept(skb, cluster, flow, bucket,
					     COHORT_STAT_DRAIN_ACCEPTED);
		return cohort_drop(cluster, flow, bucket, COHORT_STAT_DRAIN_DROPPED);
	}
	if (known == COHORT_FLOW_UNKNOWN)
		return cohort_drop(cluster, flow, bucket, COHORT_STAT_ADOPT_DROPPED);
	return cohort_accept(skb, cluster, flow, bucket, COHORT_STAT_ADOPT_ACCEPTED);
}
