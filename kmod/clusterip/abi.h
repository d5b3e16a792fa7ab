/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How iptables lays out a rule's target CLUSTERIP, revision 0. The kernels that
 * lost the target need not have its header; iptables has its own.
 */
#ifndef _CLUSTERIP_ABI_H
#define _CLUSTERIP_ABI_H

#include <linux/types.h>

struct clusterip_config;

/* The rule may begin a configuration: iptables' --new. */
#define IPT_CLUSTERIP_NEW 1U

#define IPT_CLUSTERIP_LOCAL_MAX 16

/**
 * struct ipt_clusterip_tgt_info - a rule's target
 * @flags: IPT_CLUSTERIP_NEW or 0
 * @clustermac: --clustermac
 * @num_total_nodes: --total-nodes
 * @num_local_nodes: how many of @local_nodes are given
 * @local_nodes: --local-node, from 1 on
 * @hash_mode: --hashmode, as enum cohort_hash_mode
 * @hash_initval: --hash-init
 * @config: the kernel's own; no part of what is compared or given back
 */
struct ipt_clusterip_tgt_info {
	__u32 flags;
	__u8 clustermac[6];
	__u16 num_total_nodes;
	__u16 num_local_nodes;
	__u16 local_nodes[IPT_CLUSTERIP_LOCAL_MAX];
	__u32 hash_mode;
	__u32 hash_initval;
	struct clusterip_config *config;
};

#ifdef CONFIG_NETFILTER_XTABLES_COMPAT

#include <linux/compat.h>
#include <linux/stddef.h>

/**
 * struct compat_ipt_clusterip_tgt_info - the same, as 32-bit programs lay it out
 * @same: up to the pointer
 * @config: the pointer
 */
struct compat_ipt_clusterip_tgt_info {
	u8 same[offsetof(struct ipt_clusterip_tgt_info, config)];
	compat_uptr_t config;
};

#endif /* CONFIG_NETFILTER_XTABLES_COMPAT */

#endif /* _CLUSTERIP_ABI_H */
