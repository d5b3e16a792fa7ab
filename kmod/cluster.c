// SPDX-License-Identifier: GPL-2.0-only

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/stringhash.h>
#include <net/addrconf.h>
#include <net/genetlink.h>

#include "cluster.h"
#include "flow.h"
#include "hooks.h"
#include "lease.h"
#include "netdev.h"
#include "netlink.h"
#include "pernet.h"
#include "rxfilter.h"
#include "trace.h"

static u32 name_hash(const char *name)
{
	return full_name_hash(NULL, name, strlen(name));
}

/* The table that packets see. Context: the namespace's lock. */
struct cohort_table *cohort_cluster_table(const struct cohort_cluster *cluster)
{
	return rcu_dereference_protected(cluster->table, lockdep_is_held(&cluster->cnet->lock));
}

/* Let packets see another table from now on. Context: the namespace's lock. */
void cohort_cluster_swap(struct cohort_cluster *cluster, struct cohort_table *table)
{
	struct cohort_table *old = cohort_cluster_table(cluster);

	rcu_assign_pointer(cluster->table, table);
	cohort_table_free(old);
	trace_cohort_swap(cluster, table);
}

/*
 * Let packets see these states from now on, and tell; the old ones held until
 * now, whatever their lease says next. Context: the namespace's lock.
 */
void cohort_cluster_hold(struct cohort_cluster *cluster, struct cohort_table *table)
{
	cohort_table_count(table);
	cohort_lease_settle(cluster);
	cohort_cluster_swap(cluster, table);
	cohort_event_send(cluster, COHORT_EVENT_BUCKETS_CHANGED);
	cohort_lease_changed(cluster);
}

/* The cluster of this name, or NULL. Context: the namespace's lock. */
struct cohort_cluster *cohort_cluster_find(struct cohort_net *cnet, const char *name)
{
	struct cohort_cluster *cluster;

	lockdep_assert_held(&cnet->lock);
	hash_for_each_possible(cnet->by_name, cluster, by_name, name_hash(name))
		if (!strcmp(cluster->name, name))
			return cluster;
	return NULL;
}

/* Of an IPv6 address and a name, both as long as they can be, the kernel cuts the words off. */
static int vip_taken(const struct cohort_vip *vip, const struct cohort_cluster *other,
		     struct genl_info *info)
{
	NL_SET_BAD_ATTR(info->extack, info->attrs[COHORT_A_VIP]);
	if (cohort_vip_is_ipv4(vip))
		GENL_SET_ERR_MSG_FMT(info, "%pI4 is a VIP of cluster %s", &vip->addr.s6_addr32[3],
				     other->name);
	else
		GENL_SET_ERR_MSG_FMT(info, "%pI6c is a VIP of cluster %.19s", &vip->addr,
				     other->name);
	return -EADDRINUSE;
}

/* A VIP belongs to one cluster of the namespace: say to which, if to another than @self. */
static int check_vips(const struct cohort_net *cnet, const struct cohort_config *config,
		      const struct cohort_cluster *self, struct genl_info *info)
{
	const struct cohort_netdev *netdev;
	const struct cohort_cluster *other;
	unsigned int i;

	list_for_each_entry(netdev, &cnet->netdevs, list) {
		const struct cohort_vips *vips = cohort_netdev_vips(netdev);

		for (i = 0; i < config->vip_count; i++) {
			other = cohort_vips_find(vips, cohort_vip_key_ipv6(&config->vips[i].addr));
			if (!other || other == self)
				continue;
			return vip_taken(&config->vips[i], other, info);
		}
	}
	return 0;
}

static int check_mac(const struct cohort_netdev *netdev, const struct cohort_config *config,
		     struct genl_info *info)
{
	if (!netdev->dev || !ether_addr_equal(netdev->dev->dev_addr, config->mac))
		return 0;
	NL_SET_BAD_ATTR(info->extack, info->attrs[COHORT_A_MAC]);
	NL_SET_ERR_MSG(info->extack, "this is the device's own MAC; the cluster needs another");
	return -EADDRINUSE;
}

/*
 * The stack of a device without IPv6 would silently serve nothing. Who changes
 * neither the VIPs nor the device is not told.
 */
static int check_ipv6(const struct cohort_netdev *netdev, const struct cohort_config *config,
		      struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[COHORT_A_VIP] ?: info->attrs[COHORT_A_IFNAME];
	const struct inet6_dev *idev;

	if (!COHORT_IPV6 || !attr || !netdev->dev || !cohort_config_has_ipv6(config))
		return 0;
	idev = __in6_dev_get(netdev->dev);
	if (idev && !READ_ONCE(idev->cnf.disable_ipv6))
		return 0;
	NL_SET_BAD_ATTR(info->extack, attr);
	GENL_SET_ERR_MSG_FMT(info, "IPv6 is disabled on %s", netdev->ifname);
	return -EAFNOSUPPORT;
}

/* Let the device take the frames that will be the cluster's. */
static int add_rxfilter(const struct cohort_netdev *netdev, const struct cohort_config *config,
			struct genl_info *info)
{
	NL_SET_BAD_ATTR(info->extack,
			info->attrs[COHORT_A_L2_MODE] ?: info->attrs[COHORT_A_IFNAME]);
	return cohort_rxfilter_add(netdev, config->l2_mode, config->mac, info->extack);
}

static struct cohort_cluster *cluster_alloc(struct cohort_net *cnet, const char *name,
					    const struct cohort_config *config)
{
	struct cohort_cluster *cluster = kzalloc(sizeof(*cluster), GFP_KERNEL);
	struct cohort_table *table;

	if (!cluster)
		return NULL;
	table = cohort_table_alloc(&config->hash, config->mac);
	if (!table)
		goto err_cluster;
	cluster->stats = cohort_stats_alloc();
	if (!cluster->stats)
		goto err_table;
	atomic64_set(&table->deadline, cohort_lease_default(config->lease_ms));
	RCU_INIT_POINTER(cluster->table, table);
	refcount_set(&cluster->refs, 1);
	cluster->keeper = config->keeper;
	cluster->cnet = cnet;
	strscpy(cluster->name, name, sizeof(cluster->name));
	cluster->l2_mode = config->l2_mode;
	cluster->lease_ms = config->lease_ms;
	cohort_lease_init(cluster);
	return cluster;

err_table:
	cohort_table_free(table);
err_cluster:
	kfree(cluster);
	return NULL;
}

static void cluster_free_rcu(struct rcu_head *rcu)
{
	struct cohort_cluster *cluster = container_of(rcu, struct cohort_cluster, rcu);

	free_percpu(cluster->stats);
	kvfree(rcu_dereference_raw(cluster->table));
	kfree(cluster->vips);
	kfree(cluster);
}

void cohort_cluster_get(struct cohort_cluster *cluster)
{
	refcount_inc(&cluster->refs);
}

void cohort_cluster_put(struct cohort_cluster *cluster)
{
	if (refcount_dec_and_test(&cluster->refs))
		call_rcu(&cluster->rcu, cluster_free_rcu);
}

/* The cluster takes the configuration's VIPs over. */
static void take_vips(struct cohort_cluster *cluster, struct cohort_config *config)
{
	kfree(cluster->vips);
	cluster->vips = config->vips;
	cluster->vip_count = config->vip_count;
	config->vips = NULL;
}

/* The device's VIPs as they will be with those of @config for @cluster, or NULL. */
static struct cohort_vips *vips_with(const struct cohort_netdev *netdev,
				     struct cohort_cluster *cluster,
				     const struct cohort_config *config)
{
	struct cohort_vips *vips;

	vips = cohort_vips_build(&netdev->clusters, cluster, config->vip_count);
	if (vips)
		cohort_vips_insert(vips, cluster, config->vips, config->vip_count);
	return vips;
}

static void publish_vips(struct cohort_netdev *netdev, struct cohort_vips *vips)
{
	struct cohort_vips *old = cohort_netdev_vips(netdev);

	rcu_assign_pointer(netdev->vips, vips);
	cohort_vips_free(old);
}

static int check_new(struct cohort_net *cnet, const char *name, const struct cohort_config *config,
		     struct genl_info *info)
{
	ASSERT_RTNL();
	lockdep_assert_held(&cnet->lock);
	if (cnet->closed)
		return -ENONET;
	if (cohort_cluster_find(cnet, name)) {
		NL_SET_BAD_ATTR(info->extack, info->attrs[COHORT_A_NAME]);
		GENL_SET_ERR_MSG_FMT(info, "there is a cluster %s already", name);
		return -EEXIST;
	}
	if (cnet->cluster_count >= COHORT_CLUSTERS_MAX) {
		GENL_SET_ERR_MSG_FMT(info, "a network namespace has at most %u clusters",
				     COHORT_CLUSTERS_MAX);
		return -ENOSPC;
	}
	return check_vips(cnet, config, NULL, info);
}

/**
 * cohort_cluster_add() - make a cluster, and judge its packets from now on
 * @cnet: its namespace
 * @name: its name, checked
 * @config: its configuration, checked; its VIPs are taken over
 * @info: the request
 *
 * Context: RTNL, the namespace's lock; may sleep.
 * Return: the cluster, or an ERR_PTR() with nothing changed.
 */
struct cohort_cluster *cohort_cluster_add(struct cohort_net *cnet, const char *name,
					  struct cohort_config *config, struct genl_info *info)
{
	struct cohort_cluster *cluster;
	struct cohort_netdev *netdev;
	struct cohort_vips *vips;
	int err;

	err = check_new(cnet, name, config, info);
	if (err)
		return ERR_PTR(err);
	cluster = cluster_alloc(cnet, name, config);
	if (!cluster)
		return ERR_PTR(-ENOMEM);
	netdev = cohort_netdev_get(cnet, config->ifname, info);
	if (IS_ERR(netdev)) {
		err = PTR_ERR(netdev);
		goto err_cluster;
	}
	err = check_mac(netdev, config, info) ?: check_ipv6(netdev, config, info);
	if (err)
		goto err_netdev;
	err = -ENOMEM;
	vips = vips_with(netdev, cluster, config);
	if (!vips)
		goto err_netdev;
	err = cohort_hooks_get(cnet);
	if (err)
		goto err_vips;
	err = add_rxfilter(netdev, config, info);
	if (err)
		goto err_hooks;

	cluster->netdev = netdev;
	take_vips(cluster, config);
	list_add_tail(&cluster->on_dev, &netdev->clusters);
	list_add_tail(&cluster->list, &cnet->clusters);
	hash_add(cnet->by_name, &cluster->by_name, name_hash(name));
	cnet->cluster_count++;
	cnet->config_seq++;
	publish_vips(netdev, vips);
	cohort_event_send(cluster, COHORT_EVENT_CLUSTER_ADDED);
	cohort_lease_changed(cluster);
	return cluster;

err_hooks:
	cohort_hooks_put(cnet);
err_vips:
	kvfree(vips);
err_netdev:
	cohort_netdev_put(netdev);
err_cluster:
	cluster_free_rcu(&cluster->rcu);
	return ERR_PTR(err);
}

static bool same_hash(const struct cohort_hash *a, const struct cohort_hash *b)
{
	return a->mode == b->mode && a->function == b->function && a->buckets == b->buckets &&
	       a->seed == b->seed && a->key[0] == b->key[0] && a->key[1] == b->key[1];
}

/*
 * The table for a changed configuration, or NULL where there is no memory.
 * States survive if the buckets stay what they were; else none is held.
 */
static struct cohort_table *table_with(const struct cohort_cluster *cluster,
				       const struct cohort_config *config)
{
	const struct cohort_table *old = cohort_cluster_table(cluster);
	struct cohort_table *table;

	if (same_hash(&old->hash, &config->hash)) {
		table = cohort_table_copy(old);
		if (table)
			ether_addr_copy(table->mac, config->mac);
	} else {
		table = cohort_table_alloc(&config->hash, config->mac);
		if (table) {
			table->epoch = old->epoch;
			atomic64_set(&table->deadline, atomic64_read(&old->deadline));
		}
	}
	/* From static to leased, or back. Else the deadline waits for the next renewal. */
	if (table && !config->lease_ms != !cluster->lease_ms)
		atomic64_set(&table->deadline, cohort_lease_default(config->lease_ms));
	return table;
}

/**
 * cohort_cluster_change() - give a cluster another configuration, in one step
 * @cluster: the cluster
 * @config: from cohort_config_set(); its VIPs are taken over
 * @info: the request
 *
 * Context: RTNL, the namespace's lock; may sleep.
 * Return: 0, or an error with nothing changed.
 */
int cohort_cluster_change(struct cohort_cluster *cluster, struct cohort_config *config,
			  struct genl_info *info)
{
	const struct cohort_table *old = cohort_cluster_table(cluster);
	struct cohort_netdev *from = cluster->netdev, *to = from;
	struct cohort_net *cnet = cluster->cnet;
	struct cohort_table *table;
	u8 old_mac[ETH_ALEN];
	struct cohort_vips *vips;
	int err;

	if (old->held && !same_hash(&old->hash, &config->hash)) {
		NL_SET_ERR_MSG(info->extack,
			       "buckets are held; release them before hashing otherwise");
		return -EBUSY;
	}
	err = check_vips(cnet, config, cluster, info);
	if (err)
		return err;
	if (strcmp(from->ifname, config->ifname)) {
		to = cohort_netdev_get(cnet, config->ifname, info);
		if (IS_ERR(to))
			return PTR_ERR(to);
	}
	err = check_mac(to, config, info) ?: check_ipv6(to, config, info);
	if (err)
		goto err_netdev;
	err = -ENOMEM;
	vips = vips_with(to, cluster, config);
	if (!vips)
		goto err_netdev;
	table = table_with(cluster, config);
	if (!table)
		goto err_vips;
	err = add_rxfilter(to, config, info);
	if (err)
		goto err_table;

	ether_addr_copy(old_mac, old->mac);
	cohort_lease_settle(cluster);
	cohort_cluster_swap(cluster, table);
	publish_vips(to, vips);
	if (from != to) {
		cohort_vips_remove(cohort_netdev_vips(from), cluster);
		list_move_tail(&cluster->on_dev, &to->clusters);
	}
	take_vips(cluster, config);
	cohort_rxfilter_del(from, cluster->l2_mode, old_mac);
	cluster->netdev = to;
	cluster->l2_mode = config->l2_mode;
	cluster->lease_ms = config->lease_ms;
	cohort_netdev_put(from);
	cnet->config_seq++;
	cohort_event_send(cluster, COHORT_EVENT_CLUSTER_CHANGED);
	cohort_lease_changed(cluster);
	return 0;

err_table:
	kvfree(table);
err_vips:
	kvfree(vips);
err_netdev:
	cohort_netdev_put(to);
	return err;
}

/* Take the cluster from the packets, and free it after the last one. RTNL, the lock; may sleep. */
void cohort_cluster_remove(struct cohort_cluster *cluster)
{
	const struct cohort_table *table = cohort_cluster_table(cluster);
	struct cohort_net *cnet = cluster->cnet;

	ASSERT_RTNL();
	cohort_lease_stop(cluster);
	cohort_event_send(cluster, COHORT_EVENT_CLUSTER_DELETED);
	cohort_rxfilter_del(cluster->netdev, cluster->l2_mode, table->mac);
	cohort_vips_remove(cohort_netdev_vips(cluster->netdev), cluster);
	list_del(&cluster->on_dev);
	cohort_netdev_put(cluster->netdev);
	cohort_hooks_put(cnet);
	list_del(&cluster->list);
	hash_del(&cluster->by_name);
	cnet->cluster_count--;
	cnet->config_seq++;
	cohort_cluster_put(cluster);
}
