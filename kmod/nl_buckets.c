// SPDX-License-Identifier: GPL-2.0-only

#include <linux/bitops.h>
#include <net/genetlink.h>

#include "cluster.h"
#include "lease.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "pernet.h"

/*
 * Whether the request comes from the controller. Once control was claimed,
 * only who claimed it last may change buckets and lease: a daemon that hung,
 * and wakes after its successor started, can do nothing.
 */
int cohort_nl_controls(const struct cohort_cluster *cluster, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[COHORT_A_GENERATION];

	if (!attr && !cluster->generation)
		return 0;
	if (!attr) {
		NL_SET_ERR_MSG(info->extack,
			       "a controller has claimed this cluster; claim it, or stop cohortd");
		return -EPERM;
	}
	if (nla_get_u32(attr) == cluster->generation)
		return 0;
	NL_SET_BAD_ATTR(info->extack, attr);
	GENL_SET_ERR_MSG_FMT(info, "control was claimed anew: the generation is %u now",
			     cluster->generation);
	return -EPERM;
}

/* The cluster that the request names, for its controller only. The namespace's lock. */
static struct cohort_cluster *controlled(struct cohort_net *cnet, struct genl_info *info)
{
	struct cohort_cluster *cluster = cohort_nl_unkept(cnet, info);
	int err;

	if (IS_ERR(cluster))
		return cluster;
	err = cohort_nl_controls(cluster, info);
	return err ? ERR_PTR(err) : cluster;
}

static int stale(u64 epoch, struct genl_info *info)
{
	NL_SET_BAD_ATTR(info->extack, info->attrs[COHORT_A_EPOCH]);
	GENL_SET_ERR_MSG_FMT(info, "the epoch of the buckets is %llu now", epoch);
	return -ESTALE;
}

static int missing(u32 attr, const char *what, struct genl_info *info)
{
	if (!GENL_REQ_ATTR_CHECK(info, attr))
		return 0;
	GENL_SET_ERR_MSG_FMT(info, "the request has no %s", what);
	return -EINVAL;
}

static int check_len(const struct nlattr *attr, u32 len, u32 buckets, struct genl_info *info)
{
	if (nla_len(attr) == len)
		return 0;
	NL_SET_BAD_ATTR(info->extack, attr);
	GENL_SET_ERR_MSG_FMT(info, "%d bytes given, but %u buckets take %u", nla_len(attr), buckets,
			     len);
	return -EINVAL;
}

static size_t buckets_size(const struct cohort_cluster *cluster)
{
	const struct cohort_table *table = cohort_cluster_table(cluster);

	return 256 + nla_total_size(cohort_states_len(table->hash.buckets));
}

static int buckets_fill(struct sk_buff *skb, const struct cohort_cluster *cluster, bool admin)
{
	const struct cohort_table *table = cohort_cluster_table(cluster);

	if (nla_put_string(skb, COHORT_A_NAME, cluster->name) ||
	    nla_put_u32(skb, COHORT_A_BUCKETS, table->hash.buckets) ||
	    nla_put_u64_64bit(skb, COHORT_A_EPOCH, table->epoch, COHORT_A_PAD) ||
	    nla_put_u32(skb, COHORT_A_GENERATION, cluster->generation) ||
	    nla_put(skb, COHORT_A_STATES, cohort_states_len(table->hash.buckets), table->states) ||
	    cohort_nl_lease_put(skb, cluster))
		return -EMSGSIZE;
	return 0;
}

int cohort_nl_bucket_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	const struct cohort_cluster *cluster;
	int err;

	mutex_lock(&cnet->lock);
	cluster = cohort_nl_cluster(cnet, info);
	if (IS_ERR(cluster))
		err = PTR_ERR(cluster);
	else
		err = cohort_nl_reply(info, cluster, buckets_size(cluster), buckets_fill);
	mutex_unlock(&cnet->lock);
	return err;
}

/* Who is not told the new generation has claimed nothing, and the controller before stays. */
static int claim(struct cohort_cluster *cluster, struct genl_info *info)
{
	const u32 before = cluster->generation;
	int err;

	if (!++cluster->generation) /* 0 means that nobody has claimed it */
		cluster->generation = 1;
	err = cohort_nl_reply(info, cluster, buckets_size(cluster), buckets_fill);
	if (err)
		cluster->generation = before;
	else
		cohort_event_send(cluster, COHORT_EVENT_CONTROL_CLAIMED);
	return err;
}

int cohort_nl_control_claim_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	struct cohort_cluster *cluster;
	int err;

	mutex_lock(&cnet->lock);
	cluster = cohort_nl_unkept(cnet, info);
	err = IS_ERR(cluster) ? PTR_ERR(cluster) : claim(cluster, info);
	mutex_unlock(&cnet->lock);
	return err;
}

static int set_states(struct cohort_cluster *cluster, struct genl_info *info)
{
	const struct cohort_table *old = cohort_cluster_table(cluster);
	const struct nlattr *states = info->attrs[COHORT_A_STATES];
	const u64 epoch = nla_get_u64(info->attrs[COHORT_A_EPOCH]);
	const u32 buckets = old->hash.buckets;
	u64 deadline = cohort_lease_default(cluster->lease_ms);
	struct cohort_table *table;
	int err;

	if (epoch < old->epoch)
		return stale(old->epoch, info);
	err = check_len(states, cohort_states_len(buckets), buckets, info)
		      ?: cohort_lease_given(&deadline, info);
	if (err)
		return err;
	if (!cohort_table_states_ok(buckets, nla_data(states))) {
		NL_SET_ERR_MSG_ATTR(info->extack, states,
				    "bits behind the last bucket are not zero");
		return -EINVAL;
	}
	table = cohort_table_alloc(&old->hash, old->mac);
	if (!table)
		return -ENOMEM;
	nla_memcpy(table->states, states, cohort_states_len(buckets));
	table->epoch = epoch;
	atomic64_set(&table->deadline, deadline);
	cohort_cluster_hold(cluster, table);
	return 0;
}

int cohort_nl_bucket_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	struct cohort_cluster *cluster;
	int err;

	err = missing(COHORT_A_EPOCH, "epoch", info) ?: missing(COHORT_A_STATES, "states", info);
	if (err)
		return err;
	mutex_lock(&cnet->lock);
	cluster = controlled(cnet, info);
	err = IS_ERR(cluster) ? PTR_ERR(cluster) : set_states(cluster, info);
	mutex_unlock(&cnet->lock);
	return err;
}

static int change_states(struct cohort_cluster *cluster, struct genl_info *info)
{
	const struct cohort_table *old = cohort_cluster_table(cluster);
	const struct nlattr *mask = info->attrs[COHORT_A_MASK];
	const u32 state = nla_get_u32(info->attrs[COHORT_A_STATE]);
	const u32 buckets = old->hash.buckets;
	struct cohort_table *table;
	u32 bucket;
	int err;

	err = check_len(mask, cohort_mask_len(buckets), buckets, info);
	if (err)
		return err;
	if (buckets % 8 && ((const u8 *)nla_data(mask))[buckets / 8] >> (buckets % 8)) {
		NL_SET_ERR_MSG_ATTR(info->extack, mask, "the mask has bits behind the last bucket");
		return -EINVAL;
	}
	table = cohort_table_copy(old);
	if (!table)
		return -ENOMEM;
	for (bucket = 0; bucket < buckets; bucket++)
		if (cohort_mask_has(nla_data(mask), bucket))
			cohort_states_put(table->states, bucket, state);
	if (cluster->lease_ms)
		atomic64_set(&table->deadline, cohort_lease_default(cluster->lease_ms));
	cohort_cluster_hold(cluster, table);
	return 0;
}

int cohort_nl_bucket_change_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	struct cohort_cluster *cluster;
	int err;

	err = missing(COHORT_A_STATE, "state", info) ?: missing(COHORT_A_MASK, "mask", info);
	if (err)
		return err;
	mutex_lock(&cnet->lock);
	cluster = controlled(cnet, info);
	err = IS_ERR(cluster) ? PTR_ERR(cluster) : change_states(cluster, info);
	mutex_unlock(&cnet->lock);
	return err;
}

static int renew(struct cohort_cluster *cluster, struct genl_info *info)
{
	struct cohort_table *table = cohort_cluster_table(cluster);
	const struct nlattr *epoch = info->attrs[COHORT_A_EPOCH];
	u64 deadline = cohort_lease_default(cluster->lease_ms);
	int err;

	if (epoch && nla_get_u64(epoch) != table->epoch)
		return stale(table->epoch, info);
	if (!info->attrs[COHORT_A_DEADLINE] && !cluster->lease_ms) {
		NL_SET_ERR_MSG(info->extack,
			       "a static cluster has no lease to renew; give a deadline");
		return -EINVAL;
	}
	err = cohort_lease_given(&deadline, info);
	if (err)
		return err;
	cohort_lease_settle(cluster);
	atomic64_set(&table->deadline, deadline);
	cohort_lease_changed(cluster);
	return 0;
}

int cohort_nl_lease_renew_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cohort_net *cnet = cohort_nl_enter(skb, info);
	struct cohort_cluster *cluster;
	int err;

	mutex_lock(&cnet->lock);
	cluster = controlled(cnet, info);
	err = IS_ERR(cluster) ? PTR_ERR(cluster) : renew(cluster, info);
	mutex_unlock(&cnet->lock);
	return err;
}
