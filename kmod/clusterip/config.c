// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cohort.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "../kept.h"
#include "abi.h"
#include "config.h"

static_assert(CLUSTERIP_NODES_MAX == COHORT_KEPT_BUCKETS);

/**
 * struct clusterip_net - the configurations of one network namespace
 * @lock: guards all that follows; outside RTNL
 * @configs: by clusterip_config.list
 * @proc: the directory of their files, NULL once the namespace ends
 */
struct clusterip_net {
	struct mutex lock;
	struct list_head configs;
	struct proc_dir_entry *proc;
};

static unsigned int clusterip_net_id __read_mostly;

static struct clusterip_config *config_find(const struct clusterip_net *cn, __be32 vip)
{
	struct clusterip_config *config;

	lockdep_assert_held(&cn->lock);
	list_for_each_entry(config, &cn->configs, list)
		if (config->vip == vip)
			return config;
	return NULL;
}

/* As it was told of old. */
static int no_device(const char *ifname)
{
	pr_info_ratelimited("no such interface %.*s\n", IFNAMSIZ, ifname);
	return -ENOENT;
}

/* Make its cluster. */
static int config_begin(struct clusterip_config *config, struct net *net, const char *ifname,
			const struct ipt_clusterip_tgt_info *info)
{
	struct netlink_ext_ack extack = {};
	const u8 *ip = (const u8 *)&config->vip;
	char name[COHORT_NAME_MAX + 1];
	struct cohort_kept kept = {
		.keeper = "the iptables target CLUSTERIP",
		.name = name,
		.ifname = ifname,
		.vip = config->vip,
		.mac = config->mac,
		.mode = info->hash_mode,
		.seed = info->hash_initval,
		.buckets = max_t(u32, config->total, 1), /* of none, all was node 1's */
		.held = config->local,
	};
	int err;

	/* Nobody has seen to it that a name in a rule ends. */
	if (strnlen(ifname, IFNAMSIZ) == IFNAMSIZ)
		return no_device(ifname);
	snprintf(name, sizeof(name), "clusterip-%u-%u-%u-%u", ip[0], ip[1], ip[2], ip[3]);
	config->cluster = cohort_kept_add(net, &kept, &extack);
	err = PTR_ERR_OR_ZERO(config->cluster);
	if (err == -ENODEV)
		return no_device(ifname);
	if (err && extack._msg)
		pr_info_ratelimited("%pI4: %s\n", &config->vip, extack._msg);
	return err;
}

static struct clusterip_config *config_new(struct clusterip_net *cn, struct net *net,
					   const struct ipt_entry *entry,
					   const struct ipt_clusterip_tgt_info *info)
{
	struct clusterip_config *config = kzalloc(sizeof(*config), GFP_KERNEL);
	char name[sizeof("255.255.255.255")];
	unsigned int i;
	int err;

	if (!config)
		return ERR_PTR(-ENOMEM);
	config->vip = entry->ip.dst.s_addr;
	ether_addr_copy(config->mac, info->clustermac);
	config->total = info->num_total_nodes;
	for (i = 0; i < info->num_local_nodes; i++)
		config->local |= BIT_ULL(info->local_nodes[i] - 1);
	mutex_init(&config->lock);
	err = config_begin(config, net, entry->ip.iniface, info);
	if (err)
		goto err_config;
	snprintf(name, sizeof(name), "%pI4", &config->vip);
	config->proc = proc_create_data(name, 0600, cn->proc, &clusterip_file_ops, config);
	if (!config->proc) {
		err = -ENOMEM;
		goto err_cluster;
	}
	list_add_tail(&config->list, &cn->configs);
	return config;

err_cluster:
	cohort_kept_remove(config->cluster);
err_config:
	mutex_destroy(&config->lock);
	kfree(config);
	return ERR_PTR(err);
}

/* The file goes first: that waits for whoever is reading or writing it. */
static void config_end(const struct clusterip_net *cn, struct clusterip_config *config)
{
	if (cn->proc)
		proc_remove(config->proc);
	list_del(&config->list);
	cohort_kept_remove(config->cluster);
	mutex_destroy(&config->lock);
	kfree(config);
}

/* The one that there is, or a new one. */
static struct clusterip_config *config_for(struct clusterip_net *cn, struct net *net,
					   const struct ipt_entry *entry,
					   const struct ipt_clusterip_tgt_info *info)
{
	struct clusterip_config *config = config_find(cn, entry->ip.dst.s_addr);

	if (config)
		return ether_addr_equal(config->mac, info->clustermac) ? config : ERR_PTR(-EINVAL);
	if (!(info->flags & IPT_CLUSTERIP_NEW)) {
		pr_info_ratelimited("no config found for %pI4, need 'new'\n",
				    &entry->ip.dst.s_addr);
		return ERR_PTR(-EINVAL);
	}
	if (!entry->ip.iniface[0]) {
		pr_info_ratelimited("Please specify an interface name\n");
		return ERR_PTR(-EINVAL);
	}
	return config_new(cn, net, entry, info);
}

/**
 * clusterip_config_get() - the configuration for one rule more
 * @net: the rule's namespace
 * @entry: the rule
 * @info: its target, checked
 *
 * Context: may sleep; takes RTNL.
 * Return: the configuration, until clusterip_config_put(), or an ERR_PTR(): -EINVAL
 * where another MAC is given, or there is none and the rule does not say "new" or
 * name a device; -ENOENT without that device; and what cohort_kept_add() returns.
 */
struct clusterip_config *clusterip_config_get(struct net *net, const struct ipt_entry *entry,
					      const struct ipt_clusterip_tgt_info *info)
{
	struct clusterip_net *cn = net_generic(net, clusterip_net_id);
	struct clusterip_config *config;

	mutex_lock(&cn->lock);
	config = config_for(cn, net, entry, info);
	if (!IS_ERR(config))
		config->rules++;
	mutex_unlock(&cn->lock);
	return config;
}

/* A rule less. Also in a namespace that ends, and then maybe after clusterip_net_pre_exit(). */
void clusterip_config_put(struct net *net, struct clusterip_config *config)
{
	struct clusterip_net *cn = net_generic(net, clusterip_net_id);

	mutex_lock(&cn->lock);
	if (!--config->rules)
		config_end(cn, config);
	mutex_unlock(&cn->lock);
}

static int __net_init clusterip_net_init(struct net *net)
{
	struct clusterip_net *cn = net_generic(net, clusterip_net_id);

	mutex_init(&cn->lock);
	INIT_LIST_HEAD(&cn->configs);
	cn->proc = proc_mkdir("ipt_CLUSTERIP", net->proc_net);
	return cn->proc ? 0 : -ENOMEM;
}

/* The files go; the configurations when the tables with their rules do, later than this. */
static void __net_exit clusterip_net_pre_exit(struct net *net)
{
	struct clusterip_net *cn = net_generic(net, clusterip_net_id);

	mutex_lock(&cn->lock);
	proc_remove(cn->proc);
	cn->proc = NULL;
	mutex_unlock(&cn->lock);
}

static struct pernet_operations clusterip_net_ops = {
	.init = clusterip_net_init,
	.pre_exit = clusterip_net_pre_exit,
	.id = &clusterip_net_id,
	.size = sizeof(struct clusterip_net),
};

int __init clusterip_config_init(void)
{
	return register_pernet_subsys(&clusterip_net_ops);
}

void clusterip_config_exit(void)
{
	unregister_pernet_subsys(&clusterip_net_ops);
}
