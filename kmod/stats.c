// SPDX-License-Identifier: GPL-2.0-only

#include <net/netlink.h>

#include "stats.h"

static_assert(COHORT_A_STATS_ACCEPTED + COHORT_STAT_COUNT == COHORT_A_STATS_MAX + 1);

/* Zeroed counters for each possible CPU, or NULL. free_percpu() frees them. May sleep. */
struct cohort_stats __percpu *cohort_stats_alloc(void)
{
	struct cohort_stats __percpu *stats = alloc_percpu(struct cohort_stats);
	int cpu;

	if (!stats)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(stats, cpu)->syncp);
	return stats;
}

/* Put the sums as COHORT_A_STATS. 0, or -EMSGSIZE with @skb as it was. */
int cohort_stats_put(struct sk_buff *skb, const struct cohort_stats __percpu *stats)
{
	u64 sum[COHORT_STAT_COUNT] = {};
	struct nlattr *nest;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct cohort_stats *one = per_cpu_ptr(stats, cpu);
		u64 seen[COHORT_STAT_COUNT];
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&one->syncp);
			for (i = 0; i < COHORT_STAT_COUNT; i++)
				seen[i] = u64_stats_read(&one->counter[i]);
		} while (u64_stats_fetch_retry(&one->syncp, start));
		for (i = 0; i < COHORT_STAT_COUNT; i++)
			sum[i] += seen[i];
	}
	nest = nla_nest_start(skb, COHORT_A_STATS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < COHORT_STAT_COUNT; i++) {
		if (nla_put_u64_64bit(skb, COHORT_A_STATS_ACCEPTED + i, sum[i],
				      COHORT_A_STATS_PAD)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
}
