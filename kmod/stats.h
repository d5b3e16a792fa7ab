/* SPDX-License-Identifier: GPL-2.0-only */
/* What happened to a cluster's packets: counters a CPU, summed when asked for. */
#ifndef _COHORT_STATS_H
#define _COHORT_STATS_H

#include <linux/bottom_half.h>
#include <linux/cohort.h>
#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

struct sk_buff;

/* In the order of COHORT_A_STATS_ACCEPTED and what follows it. */
enum cohort_stat {
	COHORT_STAT_ACCEPTED,
	COHORT_STAT_FOREIGN_DROPPED,
	COHORT_STAT_EXPIRED_DROPPED,
	COHORT_STAT_DRAIN_ACCEPTED,
	COHORT_STAT_DRAIN_DROPPED,
	COHORT_STAT_ADOPT_ACCEPTED,
	COHORT_STAT_ADOPT_DROPPED,
	COHORT_STAT_MALFORMED_DROPPED,
	COHORT_STAT_ARP_REWRITTEN,
	COHORT_STAT_ND_REWRITTEN,
	COHORT_STAT_COUNT,
};

/**
 * struct cohort_stats - the counters of one cluster on one CPU
 * @counter: by enum cohort_stat
 * @syncp: lets 32-bit readers see whole values
 */
struct cohort_stats {
	u64_stats_t counter[COHORT_STAT_COUNT];
	struct u64_stats_sync syncp;
};

/* Count one packet. Context: bottom halves disabled. */
static inline void cohort_stats_count(struct cohort_stats __percpu *stats, enum cohort_stat stat)
{
	struct cohort_stats *mine = this_cpu_ptr(stats);

	u64_stats_update_begin(&mine->syncp);
	u64_stats_inc(&mine->counter[stat]);
	u64_stats_update_end(&mine->syncp);
}

/* Likewise, of what leaves. Context: any but hard interrupts. */
static inline void cohort_stats_count_out(struct cohort_stats __percpu *stats,
					  enum cohort_stat stat)
{
	local_bh_disable();
	cohort_stats_count(stats, stat);
	local_bh_enable();
}

struct cohort_stats __percpu *cohort_stats_alloc(void);
int cohort_stats_put(struct sk_buff *skb, const struct cohort_stats __percpu *stats);

#endif /* _COHORT_STATS_H */
