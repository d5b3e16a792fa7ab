// SPDX-License-Identifier: GPL-2.0-only

#include <cohort/mac.h>
#include <linux/export.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "cluster.h"
#include "hooks.h"
#include "kept.h"
#include "pernet.h"

/* What a keeper asks for has no attributes that a refusal could point to. */
static struct nlattr *no_attrs[COHORT_A_MAX + 1];

static int hold(struct cohort_cluster *cluster, u64 held)
{
	struct cohort_table *table = cohort_table_copy(cohort_cluster_table(cluster));
	u32 bucket;

	if (!table)
		return -ENOMEM;
	for (bucket = 0; bucket < min_t(u32, table->hash.buckets, COHORT_KEPT_BUCKETS); bucket++)
		cohort_states_put(table->states, bucket,
				  held & BIT_ULL(bucket) ? COHORT_BUCKET_STATE_OWN
							 : COHORT_BUCKET_STATE_NONE);
	cohort_cluster_hold(cluster, table);
	return 0;
}

static struct cohort_cluster *add(struct cohort_net *cnet, const struct cohort_kept *kept,
				  struct cohort_config *config, struct genl_info *info)
{
	struct cohort_cluster *cluster = cohort_cluster_add(cnet, kept->name, config, info);
	int err;

	if (IS_ERR(cluster))
		return cluster;
	err = hold(cluster, kept->held);
	if (err) {
		cohort_cluster_remove(cluster);
		return ERR_PTR(err);
	}
	cohort_cluster_get(cluster);
	return cluster;
}

/**
 * cohort_kept_add() - make a cluster, and keep it
 * @net: its namespace
 * @kept: what it is to be
 * @extack: out, what was wrong
 *
 * Context: may sleep; takes RTNL.
 * Return: the cluster, until cohort_kept_remove(), or an ERR_PTR() with nothing
 * changed: -ENODEV without the device, -EADDRINUSE if the VIP is another
 * cluster's or the MAC the device's, -EEXIST if the name is another's, -EINVAL if
 * the device is not an Ethernet one, -ENOSPC, -ENOMEM.
 */
struct cohort_cluster *cohort_kept_add(struct net *net, const struct cohort_kept *kept,
				       struct netlink_ext_ack *extack)
{
	struct cohort_net *cnet = cohort_pernet(net);
	struct genl_info info = { .extack = extack, .attrs = no_attrs };
	struct cohort_config config = {
		.keeper = kept->keeper,
		.hash = {
			.seed = kept->seed,
			.buckets = kept->buckets,
			.mode = kept->mode,
			.function = COHORT_HASH_FUNCTION_CLUSTERIP,
		},
	};
	struct cohort_cluster *cluster;

	strscpy(config.ifname, kept->ifname, IFNAMSIZ);
	ether_addr_copy(config.mac, kept->mac);
	config.l2_mode =
		cohort_mac_is_group(kept->mac) ? COHORT_L2_MODE_MULTICAST : COHORT_L2_MODE_UNICAST;
	config.vips = kzalloc(sizeof(*config.vips), GFP_KERNEL);
	if (!config.vips)
		return ERR_PTR(-ENOMEM);
	config.vip_count = 1;
	ipv6_addr_set_v4mapped(kept->vip, &config.vips->addr);
	config.vips->prefix_len = 32;

	rtnl_lock();
	mutex_lock(&cnet->lock);
	cluster = add(cnet, kept, &config, &info);
	mutex_unlock(&cnet->lock);
	rtnl_unlock();
	cohort_config_release(&config);
	return cluster;
}
EXPORT_SYMBOL_GPL(cohort_kept_add);

/**
 * cohort_kept_hold() - hold these buckets from now on, and no others
 * @cluster: the cluster
 * @held: bit n for bucket n; those past the last bucket mean nothing
 *
 * Context: may sleep. Return: 0, -ENOMEM, or -ENONET while the namespace ends.
 */
int cohort_kept_hold(struct cohort_cluster *cluster, u64 held)
{
	struct cohort_net *cnet = cluster->cnet;
	int err;

	mutex_lock(&cnet->lock);
	err = cnet->closed ? -ENONET : hold(cluster, held);
	mutex_unlock(&cnet->lock);
	return err;
}
EXPORT_SYMBOL_GPL(cohort_kept_hold);

/**
 * cohort_kept_judge() - whether this node serves a packet
 * @cluster: the cluster
 * @skb: an IPv4 packet, its data beginning with the header
 * @state: of the hook that it is in
 *
 * Context: RCU, bottom halves disabled.
 * Return: NF_ACCEPT, and the packet is PACKET_HOST; NF_DROP; or NF_STOLEN for a
 * fragment that waits for others.
 */
unsigned int cohort_kept_judge(const struct cohort_cluster *cluster, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return cohort_judge_ipv4(skb, cluster, rcu_dereference(cluster->table), state);
}
EXPORT_SYMBOL_GPL(cohort_kept_judge);

/**
 * cohort_kept_remove() - end a cluster that was kept
 * @cluster: the cluster, no packet of which is being judged any more
 *
 * Its namespace may have ended before, and taken it out of sight already: its
 * keeper may learn of that later than this module did.
 *
 * Context: may sleep; takes RTNL. The namespace's exit handlers have not all run.
 */
void cohort_kept_remove(struct cohort_cluster *cluster)
{
	struct cohort_net *cnet = cluster->cnet;

	rtnl_lock();
	mutex_lock(&cnet->lock);
	if (!cnet->closed)
		cohort_cluster_remove(cluster);
	mutex_unlock(&cnet->lock);
	rtnl_unlock();
	cohort_cluster_put(cluster);
}
EXPORT_SYMBOL_GPL(cohort_kept_remove);
