/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that the module knows is one network namespace's.
 *
 * Locks: RTNL outside, then cohort_net.lock. The latter guards every structure
 * of the namespace; RTNL is taken besides it where devices, and hooks on them,
 * are touched: adding, changing and removing clusters, and device events.
 * Renewing a lease or setting buckets, what happens many times a second, needs
 * no RTNL. Packets take RCU only.
 */
#ifndef _COHORT_PERNET_H
#define _COHORT_PERNET_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

/**
 * struct cohort_net - the clusters of one network namespace
 * @net: the namespace
 * @lock: guards all that follows
 * @clusters: by cohort_cluster.list, the oldest first
 * @by_name: by cohort_cluster.by_name
 * @cluster_count: of them, at most COHORT_CLUSTERS_MAX
 * @netdevs: by cohort_netdev.list; readers under RCU
 * @config_seq: changes with every change of configuration, so that a dump notices
 * @hook_users: clusters that need the namespace's hooks
 * @hooks: those, by cohort_hooks_get()
 * @hook_count: of them
 * @lease_work: tells of leases that ran out
 * @closed: the namespace is going: nothing may be added any more
 */
struct cohort_net {
	struct net *net;
	struct mutex lock;
	struct list_head clusters;
	DECLARE_HASHTABLE(by_name, 8);
	unsigned int cluster_count;
	struct list_head netdevs;
	u32 config_seq;
	unsigned int hook_users;
	struct nf_hook_ops hooks[4];
	unsigned int hook_count;
	struct work_struct lease_work;
	bool closed;
};

struct cohort_net *cohort_pernet(const struct net *net);
int cohort_pernet_init(void);
void cohort_pernet_exit(void);

#endif /* _COHORT_PERNET_H */
