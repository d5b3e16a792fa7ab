// SPDX-License-Identifier: GPL-2.0-only

#include <linux/rtnetlink.h>
#include <net/netns/generic.h>

#include "cluster.h"
#include "lease.h"
#include "pernet.h"

static unsigned int cohort_net_id __read_mostly;

/* The module's part of a namespace. Any context. */
struct cohort_net *cohort_pernet(const struct net *net)
{
	return net_generic(net, cohort_net_id);
}

static int __net_init pernet_init(struct net *net)
{
	struct cohort_net *cnet = cohort_pernet(net);

	cnet->net = net;
	mutex_init(&cnet->lock);
	INIT_LIST_HEAD(&cnet->clusters);
	hash_init(cnet->by_name);
	INIT_LIST_HEAD(&cnet->netdevs);
	INIT_WORK(&cnet->lease_work, cohort_lease_work);
	return 0;
}

/*
 * Everything goes in the first of the two passes: its devices still exist, and
 * the core waits out RCU's readers, of all dying namespaces at once, before the
 * second. What is freed here is freed by RCU.
 */
static void __net_exit pernet_pre_exit(struct net *net)
{
	struct cohort_net *cnet = cohort_pernet(net);
	struct cohort_cluster *cluster, *next;

	rtnl_lock();
	mutex_lock(&cnet->lock);
	cnet->closed = true;
	list_for_each_entry_safe(cluster, next, &cnet->clusters, list)
		cohort_cluster_remove(cluster);
	mutex_unlock(&cnet->lock);
	rtnl_unlock();
	cancel_work_sync(&cnet->lease_work);
}

static void __net_exit pernet_exit(struct net *net)
{
	const struct cohort_net *cnet = cohort_pernet(net);

	WARN_ON_ONCE(!list_empty(&cnet->clusters) || !list_empty(&cnet->netdevs));
}

static struct pernet_operations cohort_pernet_ops = {
	.init = pernet_init,
	.pre_exit = pernet_pre_exit,
	.exit = pernet_exit,
	.id = &cohort_net_id,
	.size = sizeof(struct cohort_net),
};

int __init cohort_pernet_init(void)
{
	return register_pernet_subsys(&cohort_pernet_ops);
}

/* Removes every cluster of every namespace, and waits until no packet sees one. */
void cohort_pernet_exit(void)
{
	unregister_pernet_subsys(&cohort_pernet_ops);
}
