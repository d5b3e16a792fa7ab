// SPDX-License-Identifier: GPL-2.0-only
/*
 * The iptables target CLUSTERIP, for kernels that do not have it any more: what
 * scripts of old ask for, and read and write below /proc/net/ipt_CLUSTERIP, is
 * done by a cluster of cohort.ko.
 *
 * A rule judges the packets that match it, where it stands, and no others. So
 * the cluster is kept: its hooks see to ARP and to the device, and let its
 * packets pass.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cohort.h>
#include <linux/module.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>

#include "../kept.h"
#include "abi.h"
#include "config.h"

static unsigned int clusterip_tg(struct sk_buff *skb, const struct xt_action_param *par)
{
	const struct ipt_clusterip_tgt_info *info = par->targinfo;
	const unsigned int verdict = cohort_kept_judge(info->config->cluster, skb, par->state);

	return verdict == NF_ACCEPT ? XT_CONTINUE : verdict;
}

static int check_rule(const struct ipt_entry *entry, const struct ipt_clusterip_tgt_info *info)
{
	unsigned int i;

	BUILD_BUG_ON(COHORT_HASH_MODE_SOURCEIP != 0 || COHORT_HASH_MODE_SOURCEIP_SOURCEPORT != 1 ||
		     COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT != 2);
	if (info->hash_mode > COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT) {
		pr_info_ratelimited("unknown mode %u\n", info->hash_mode);
		return -EINVAL;
	}
	if (entry->ip.dmsk.s_addr != htonl(INADDR_BROADCAST) || !entry->ip.dst.s_addr) {
		pr_info_ratelimited("Please specify destination IP\n");
		return -EINVAL;
	}
	if (info->num_local_nodes > IPT_CLUSTERIP_LOCAL_MAX) {
		pr_info_ratelimited("bad num_local_nodes %u\n", info->num_local_nodes);
		return -EINVAL;
	}
	for (i = 0; i < info->num_local_nodes; i++) {
		if (info->local_nodes[i] < 1 || info->local_nodes[i] > CLUSTERIP_NODES_MAX) {
			pr_info_ratelimited("bad local_nodes[%u] %u\n", i, info->local_nodes[i]);
			return -EINVAL;
		}
	}
	return 0;
}

/*
 * The old target needed conntrack, and had it gather fragments before any table
 * could see them; the ports of a rule's matches still need that.
 */
static int clusterip_tg_check(const struct xt_tgchk_param *par)
{
	struct ipt_clusterip_tgt_info *info = par->targinfo;
	struct clusterip_config *config;
	int err;

	if (par->nft_compat) {
		pr_err_ratelimited("cannot use CLUSTERIP target from nftables compat\n");
		return -EOPNOTSUPP;
	}
	err = check_rule(par->entryinfo, info);
	if (err)
		return err;
	err = nf_defrag_ipv4_enable(par->net);
	if (err)
		return err;
	config = clusterip_config_get(par->net, par->entryinfo, info);
	if (IS_ERR(config)) {
		nf_defrag_ipv4_disable(par->net);
		return PTR_ERR(config);
	}
	info->config = config;
	return 0;
}

static void clusterip_tg_destroy(const struct xt_tgdtor_param *par)
{
	const struct ipt_clusterip_tgt_info *info = par->targinfo;

	clusterip_config_put(par->net, info->config);
	nf_defrag_ipv4_disable(par->net);
}

static struct xt_target clusterip_tg_reg __read_mostly = {
	.name = "CLUSTERIP",
	.family = NFPROTO_IPV4,
	.target = clusterip_tg,
	.checkentry = clusterip_tg_check,
	.destroy = clusterip_tg_destroy,
	.targetsize = sizeof(struct ipt_clusterip_tgt_info),
	.usersize = offsetof(struct ipt_clusterip_tgt_info, config),
#ifdef CONFIG_NETFILTER_XTABLES_COMPAT
	.compatsize = sizeof(struct compat_ipt_clusterip_tgt_info),
#endif
	.me = THIS_MODULE,
};

/* Looks only among what is registered: to ask for the module would be to wait for this one. */
static bool __init kernel_has_target(void)
{
	int err;

	return xt_find_revision(clusterip_tg_reg.family, clusterip_tg_reg.name, 0, 1, &err);
}

static int __init clusterip_tg_init(void)
{
	int err;

	if (kernel_has_target()) {
		pr_err("this kernel has the target CLUSTERIP itself, and Cohort's is not needed\n");
		return -EBUSY; /* to modprobe, EEXIST would be success */
	}
	err = clusterip_config_init();
	if (err)
		return err;
	err = xt_register_target(&clusterip_tg_reg);
	if (err)
		clusterip_config_exit();
	return err;
}

static void __exit clusterip_tg_exit(void)
{
	xt_unregister_target(&clusterip_tg_reg);
	clusterip_config_exit();
}

module_init(clusterip_tg_init);
module_exit(clusterip_tg_exit);

MODULE_DESCRIPTION("The iptables target CLUSTERIP, on clusters of cohort");
MODULE_AUTHOR("The Cohort authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
