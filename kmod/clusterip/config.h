/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rules for one address share: the first rule's settings, and the nodes
 * that this host is, which are read and written by a file.
 *
 * iptables replaces whole tables, and the rules of the new one come before those
 * of the old one go. So a configuration outlives any change that leaves it a
 * rule, with the nodes that were written to its file.
 */
#ifndef _CLUSTERIP_CONFIG_H
#define _CLUSTERIP_CONFIG_H

#include <linux/etherdevice.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/types.h>

struct cohort_cluster;
struct ipt_clusterip_tgt_info;
struct ipt_entry;
struct net;

/* Nodes have the numbers 1 .. CLUSTERIP_NODES_MAX; iptables takes 16 of them. */
#define CLUSTERIP_NODES_MAX 64

/**
 * struct clusterip_config - one address, shared by the rules for it
 * @list: in the configurations of its namespace
 * @rules: how many there are; with the last it ends
 * @vip: the address
 * @mac: its MAC, which each rule has to agree on
 * @total: the number of nodes
 * @cluster: judges its packets
 * @proc: its file
 * @lock: guards @local, inside the namespace's lock
 * @local: the nodes that this host is: bit n for node n + 1
 *
 * @list and @rules are guarded by the namespace's lock; the rest stays as it is.
 */
struct clusterip_config {
	struct list_head list;
	unsigned int rules;
	__be32 vip;
	u8 mac[ETH_ALEN];
	u16 total;
	struct cohort_cluster *cluster;
	struct proc_dir_entry *proc;
	struct mutex lock;
	u64 local;
};

struct clusterip_config *clusterip_config_get(struct net *net, const struct ipt_entry *entry,
					      const struct ipt_clusterip_tgt_info *info);
void clusterip_config_put(struct net *net, struct clusterip_config *config);
int clusterip_config_init(void);
void clusterip_config_exit(void);

extern const struct proc_ops clusterip_file_ops;

#endif /* _CLUSTERIP_CONFIG_H */
