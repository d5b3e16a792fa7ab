/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a packet of a cluster meets: how to hash it, who holds its bucket, and
 * until when. One object, replaced whole, so that no packet sees half of a
 * change.
 */
#ifndef _COHORT_BUCKETS_H
#define _COHORT_BUCKETS_H

#include <cohort/hash.h>
#include <cohort/limits.h>
#include <linux/atomic.h>
#include <linux/etherdevice.h>
#include <linux/timekeeping.h>

/**
 * struct cohort_table - the bucket states of a cluster, as the packet path reads them
 * @hash: from a packet to its bucket
 * @deadline: nanoseconds of CLOCK_BOOTTIME from which on nothing is served, 0 for
 *	never; the only member that changes once readers can see the table (a
 *	renewal alters nothing else)
 * @held: buckets whose state is not NONE
 * @mac: the cluster's MAC address
 * @rcu: frees the table after its last reader
 * @epoch: of the states
 * @states: laid out as COHORT_A_STATES
 *
 * What each packet reads, up to @mac, is in the first 64 bytes.
 */
struct cohort_table {
	struct cohort_hash hash;
	atomic64_t deadline;
	u32 held;
	u8 mac[ETH_ALEN];
	struct rcu_head rcu;
	u64 epoch;
	u8 states[];
};

/*
 * Whether the lease that holds the buckets is over.
 *
 * The precise clock, read for each packet of a held bucket: a node must fall
 * silent on time although its timers, its daemon or its tick do not run, and
 * another node counts on that. A flag set by a timer, jiffies and the coarse
 * clocks all depend on some interrupt being served first. CLOCK_BOOTTIME,
 * because a lease runs on while the machine sleeps. Foreign packets and static
 * clusters never get here, or stop at the first test.
 */
static inline bool cohort_table_expired(const struct cohort_table *table)
{
	const u64 deadline = atomic64_read(&table->deadline);

	return deadline && ktime_get_boottime_ns() >= deadline;
}

struct cohort_table *cohort_table_alloc(const struct cohort_hash *hash, const u8 *mac);
struct cohort_table *cohort_table_copy(const struct cohort_table *from);
void cohort_table_free(struct cohort_table *table);
void cohort_table_count(struct cohort_table *table);
bool cohort_table_states_ok(u32 buckets, const u8 *states);

#endif /* _COHORT_BUCKETS_H */
