// SPDX-License-Identifier: GPL-2.0-only

#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "cluster.h"
#include "netdev.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "pernet.h"

/* Room for a cluster-get reply: fixed attributes, and the VIPs as nests. */
static size_t cluster_size(const struct cohort_cluster *cluster)
{
	const size_t vip = nla_total_size(0) + nla_total_size(sizeof(struct in6_addr)) +
			   nla_total_size(sizeof(u32));

	return 512 + cluster->vip_count * vip;
}

static int vip_put(struct sk_buff *skb, const struct cohort_vip *vip)
{
	struct nlattr *nest = nla_nest_start(skb, COHORT_A_VIP);
	int err;

	if (!nest)
		return -EMSGSIZE;
	if (cohort_vip_is_ipv4(vip))
		err = nla_put_in_addr(skb, COHORT_A_VIP_ADDRESS, vip->addr.s6_addr32[3]);
	else
		err = nla_put_in6_addr(skb, COHORT_A_VIP_ADDRESS, &vip->addr);
	if (err || nla_put_u32(skb, COHORT_A_VIP_PREFIX_LEN, vip->prefix_len))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int hash_put(struct sk_buff *skb, const struct cohort_hash *hash, bool admin)
{
	u8 key[COHORT_KEY_LEN];
	int err;

	if (nla_put_u32(skb, COHORT_A_HASH_MODE, hash->mode) ||
	    nla_put_u32(skb, COHORT_A_HASH_FUNCTION, hash->function) ||
	    nla_put_u32(skb, COHORT_A_BUCKETS, hash->buckets))
		return -EMSGSIZE;
	if (hash->function == COHORT_HASH_FUNCTION_CLUSTERIP)
		return nla_put_u32(skb, COHORT_A_HASH_SEED, hash->seed);
	if (!admin)
		return 0;
	cohort_hash_get_key(hash, key);
	err = nla_put(skb, COHORT_A_HASH_KEY, sizeof(key), key);
	memzero_explicit(key, sizeof(key));
	return err;
}

/* The body of a cluster-get reply. 0 or -EMSGSIZE. Context: the namespace's lock. */
int cohort_nl_cluster_put(struct sk_buff *skb, const struct cohort_cluster *cluster, bool admin)
{
	const struct cohort_table *table = cohort_cluster_table(cluster);
	const struct cohort_netdev *netdev = cluster->netdev;
	unsigned int i;

	if (nla_put_string(skb, COHORT_A_NAME, cluster->name) ||
	    nla_put_string(skb, COHORT_A_IFNAME, netdev->ifname) ||
	    nla_put_u32(skb, COHORT_A_IFINDEX, netdev->dev ? netdev->dev->ifindex : 0) ||
	    hash_put(skb, &table->hash, admin) ||
	    nla_put_u32(skb, COHORT_A_L2_MODE, cluster->l2_mode) ||
	    nla_put(skb, COHORT_A_MAC, ETH_ALEN, table->mac) ||
	    nla_put_u32(skb, COHORT_A_LEASE_MS, cluster->lease_ms) ||
	    cohort_nl_lease_put(skb, cluster) ||
	    nla_put_u64_64bit(skb, COHORT_A_EPOCH, table->epoch, COHORT_A_PAD) ||
	    nla_put_u32(skb, COHORT_A_GENERATION, cluster->generation))
		return -EMSGSIZE;
	for (i = 0; i < cluster->vip_count; i++)
		if (vip_put(skb, &cluster->vips[i]))
			return -EMSGSIZE;
	return 0;
}

int cohort_nl_cluster_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	const struct cohort_cluster *cluster;
	int err;

	mutex_lock(&cnet->lock);
	cluster = cohort_nl_cluster(cnet, info);
	if (IS_ERR(cluster))
		err = PTR_ERR(cluster);
	else
		err = cohort_nl_reply(info, cluster, cluster_size(cluster), cohort_nl_cluster_put);
	mutex_unlock(&cnet->lock);
	return err;
}

int cohort_nl_cluster_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return cohort_nl_dump(skb, cb, cohort_nl_cluster_put);
}

int cohort_nl_cluster_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	struct cohort_cluster *cluster;
	struct cohort_config config;
	const char *name;
	int err;

	err = cohort_nl_name(&name, info);
	if (err)
		return err;
	err = cohort_config_new(&config, info);
	if (err)
		return err;
	rtnl_lock();
	mutex_lock(&cnet->lock);
	cluster = cohort_cluster_add(cnet, name, &config, info);
	mutex_unlock(&cnet->lock);
	rtnl_unlock();
	cohort_config_release(&config);
	return PTR_ERR_OR_ZERO(cluster);
}

int cohort_nl_cluster_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	struct cohort_cluster *cluster;
	struct cohort_config config;
	int err;

	rtnl_lock();
	mutex_lock(&cnet->lock);
	cluster = cohort_nl_unkept(cnet, info);
	if (IS_ERR(cluster)) {
		err = PTR_ERR(cluster);
		goto out;
	}
	/* A controller deals out buckets of these VIPs by this hash. */
	err = cohort_nl_controls(cluster, info);
	if (err)
		goto out;
	err = cohort_config_set(&config, cluster, info);
	if (err)
		goto out;
	err = cohort_cluster_change(cluster, &config, info);
	cohort_config_release(&config);
out:
	mutex_unlock(&cnet->lock);
	rtnl_unlock();
	return err;
}

int cohort_nl_cluster_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	struct cohort_cluster *cluster;

	rtnl_lock();
	mutex_lock(&cnet->lock);
	cluster = cohort_nl_unkept(cnet, info);
	if (!IS_ERR(cluster))
		cohort_cluster_remove(cluster);
	mutex_unlock(&cnet->lock);
	rtnl_unlock();
	return PTR_ERR_OR_ZERO(cluster);
}

static int stats_fill(struct sk_buff *skb, const struct cohort_cluster *cluster, bool admin)
{
	return nla_put_string(skb, COHORT_A_NAME, cluster->name)
		       ?: cohort_stats_put(skb, cluster->stats);
}

int cohort_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	const struct cohort_cluster *cluster;
	int err;

	mutex_lock(&cnet->lock);
	cluster = cohort_nl_cluster(cnet, info);
	if (IS_ERR(cluster))
		err = PTR_ERR(cluster);
	else
		err = cohort_nl_reply(info, cluster, 512, stats_fill);
	mutex_unlock(&cnet->lock);
	return err;
}

int cohort_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return cohort_nl_dump(skb, cb, stats_fill);
}
