/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cluster: VIPs on a device, hashed to buckets.
 *
 * Life: cohort_cluster_add() makes one and lets packets find it,
 * cohort_cluster_remove() takes it from them at once and frees it after the
 * last reader and the last reference. Both under RTNL and the namespace's lock.
 */
#ifndef _COHORT_CLUSTER_H
#define _COHORT_CLUSTER_H

#include <linux/cohort.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include "buckets.h"
#include "config.h"
#include "stats.h"
#include "vips.h"

struct cohort_net;
struct cohort_netdev;
struct genl_info;

/**
 * struct cohort_cluster - one cluster
 * @table: what its packets meet; swapped under the namespace's lock
 * @stats: its counters
 * @keeper: the module that keeps it, by a name for refusals, or NULL: see kept.h
 * @cnet: its namespace
 * @netdev: its device
 * @on_dev: in cohort_netdev.clusters
 * @list: in cohort_net.clusters
 * @by_name: in cohort_net.by_name
 * @name: as given
 * @vips: its addresses, in the order given
 * @vip_count: of them
 * @l2_mode: enum cohort_l2_mode
 * @lease_ms: default length of a lease, 0 for none
 * @generation: of control, 0 until it is claimed
 * @lease_timer: fires at the deadline, to tell; the verdict does not need it
 * @lapsed: the lease's end has been told
 * @refs: one until it is removed, another until its keeper lets go of it
 * @rcu: frees the cluster after its last reader
 *
 * Readers under RCU use @table, @stats, @keeper and @name only. All else belongs to the
 * namespace's lock.
 */
struct cohort_cluster {
	struct cohort_table __rcu *table;
	struct cohort_stats __percpu *stats;
	const char *keeper;

	struct cohort_net *cnet;
	struct cohort_netdev *netdev;
	struct list_head on_dev;
	struct list_head list;
	struct hlist_node by_name;
	char name[COHORT_NAME_MAX + 1];
	struct cohort_vip *vips;
	unsigned int vip_count;
	u8 l2_mode;
	u32 lease_ms;
	u32 generation;
	struct hrtimer lease_timer;
	bool lapsed;
	refcount_t refs;
	struct rcu_head rcu;
};

struct cohort_table *cohort_cluster_table(const struct cohort_cluster *cluster);
void cohort_cluster_swap(struct cohort_cluster *cluster, struct cohort_table *table);
void cohort_cluster_hold(struct cohort_cluster *cluster, struct cohort_table *table);
struct cohort_cluster *cohort_cluster_find(struct cohort_net *cnet, const char *name);
struct cohort_cluster *cohort_cluster_add(struct cohort_net *cnet, const char *name,
					  struct cohort_config *config, struct genl_info *info);
int cohort_cluster_change(struct cohort_cluster *cluster, struct cohort_config *config,
			  struct genl_info *info);
void cohort_cluster_remove(struct cohort_cluster *cluster);
void cohort_cluster_get(struct cohort_cluster *cluster);
void cohort_cluster_put(struct cohort_cluster *cluster);

#endif /* _COHORT_CLUSTER_H */
