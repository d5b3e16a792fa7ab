// SPDX-License-Identifier: GPL-2.0-only

#include <linux/list.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "cluster.h"
#include "vips.h"

/**
 * cohort_vips_build() - a new table for a device
 * @clusters: all clusters on it, by cohort_cluster.on_dev
 * @except: one whose VIPs are left out, or NULL
 * @spare: VIPs that cohort_vips_insert() will add before readers see the table
 *
 * Context: the lock of the namespace; may sleep.
 * Return: the table, or NULL if there is no memory.
 */
struct cohort_vips *cohort_vips_build(const struct list_head *clusters,
				      const struct cohort_cluster *except, unsigned int spare)
{
	struct cohort_cluster *cluster;
	unsigned int count = spare;
	struct cohort_vips *vips;
	unsigned int bits;

	list_for_each_entry(cluster, clusters, on_dev)
		if (cluster != except)
			count += cluster->vip_count;
	bits = max(3, order_base_2(2 * count + 1));
	vips = kvzalloc(struct_size(vips, slot, 1UL << bits), GFP_KERNEL);
	if (!vips)
		return NULL;
	vips->shift = 64 - bits;
	vips->mask = (1U << bits) - 1;
	list_for_each_entry(cluster, clusters, on_dev)
		if (cluster != except)
			cohort_vips_insert(vips, cluster, cluster->vips, cluster->vip_count);
	return vips;
}

/* Add VIPs, for which there is room, to a table that no reader sees yet. */
void cohort_vips_insert(struct cohort_vips *vips, struct cohort_cluster *cluster,
			const struct cohort_vip *list, unsigned int count)
{
	unsigned int i, n;

	for (n = 0; n < count; n++) {
		const struct cohort_vip_key key = cohort_vip_key_ipv6(&list[n].addr);

		for (i = cohort_vips_start(vips, key); vips->slot[i].cluster;)
			i = (i + 1) & vips->mask;
		vips->slot[i] = (struct cohort_vip_slot){
			.hi = key.hi,
			.lo = key.lo,
			.cluster = cluster,
		};
	}
}

/*
 * Make the VIPs of @cluster unfindable, under the eyes of readers. Its slots
 * stay in use until the next build, so that probing goes on past them.
 * The cluster must live for another grace period: a reader may have it in hand.
 */
void cohort_vips_remove(struct cohort_vips *vips, const struct cohort_cluster *cluster)
{
	unsigned int i;

	for (i = 0; i <= vips->mask; i++)
		if (vips->slot[i].cluster == cluster)
			WRITE_ONCE(vips->slot[i].hi, COHORT_VIP_GONE);
}

/* Free a table, NULL included, once its readers are done. Any context. */
void cohort_vips_free(struct cohort_vips *vips)
{
	if (vips)
		kvfree_rcu(vips, rcu);
}
