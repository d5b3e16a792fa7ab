// SPDX-License-Identifier: GPL-2.0-only

#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "buckets.h"

static_assert(offsetofend(struct cohort_table, mac) <= 64);

/* A table with every bucket in state NONE, epoch 0 and no deadline, or NULL. May sleep. */
struct cohort_table *cohort_table_alloc(const struct cohort_hash *hash, const u8 *mac)
{
	const u32 len = cohort_states_len(hash->buckets);
	struct cohort_table *table;

	BUILD_BUG_ON(COHORT_BUCKET_STATE_NONE != 0);
	table = kvzalloc(struct_size(table, states, len), GFP_KERNEL);
	if (!table)
		return NULL;
	table->hash = *hash;
	ether_addr_copy(table->mac, mac);
	return table;
}

/* A copy that no reader sees yet, or NULL. May sleep. */
struct cohort_table *cohort_table_copy(const struct cohort_table *from)
{
	struct cohort_table *table = cohort_table_alloc(&from->hash, from->mac);

	if (!table)
		return NULL;
	atomic64_set(&table->deadline, atomic64_read(&from->deadline));
	table->held = from->held;
	table->epoch = from->epoch;
	memcpy(table->states, from->states, cohort_states_len(from->hash.buckets));
	return table;
}

/* Free a table, NULL included, once its readers are done. Any context. */
void cohort_table_free(struct cohort_table *table)
{
	if (table)
		kvfree_rcu(table, rcu);
}

/* Bring @held in line with the states, before readers see the table. */
void cohort_table_count(struct cohort_table *table)
{
	u32 bucket;

	table->held = 0;
	for (bucket = 0; bucket < table->hash.buckets; bucket++)
		if (cohort_states_get(table->states, bucket) != COHORT_BUCKET_STATE_NONE)
			table->held++;
}

/* Whether the bits behind the last bucket are zero, so that they can mean something one day. */
bool cohort_table_states_ok(u32 buckets, const u8 *states)
{
	return buckets % 4 == 0 || states[buckets / 4] >> (2 * (buckets % 4)) == 0;
}
