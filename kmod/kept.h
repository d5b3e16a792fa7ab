/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For other modules of the kernel: a cluster that one of them keeps. What it is
 * to ARP, to its device and to whoever asks about it is as for any other, and
 * its lease is static. But only its keeper changes it, and no hook judges its
 * packets: the keeper brings those that are to be judged.
 */
#ifndef _COHORT_KEPT_H
#define _COHORT_KEPT_H

#include <linux/types.h>

struct cohort_cluster;
struct net;
struct netlink_ext_ack;
struct nf_hook_state;
struct sk_buff;

/* Of the buckets, only the first ones can be held: one bit each. */
#define COHORT_KEPT_BUCKETS 64

/**
 * struct cohort_kept - what a kept cluster is to be, by the hash function clusterip
 * @keeper: who to turn to, for refusals; to live as long as the cluster
 * @name: of the cluster
 * @ifname: its device, which must be there
 * @vip: its address
 * @mac: its MAC address, not the device's own
 * @mode: enum cohort_hash_mode
 * @seed: of the hash
 * @buckets: their count, 1 .. COHORT_BUCKETS_MAX
 * @held: bit n is set if bucket n is held here at first
 */
struct cohort_kept {
	const char *keeper;
	const char *name;
	const char *ifname;
	__be32 vip;
	const u8 *mac;
	u8 mode;
	u32 seed;
	u32 buckets;
	u64 held;
};

struct cohort_cluster *cohort_kept_add(struct net *net, const struct cohort_kept *kept,
				       struct netlink_ext_ack *extack);
int cohort_kept_hold(struct cohort_cluster *cluster, u64 held);
unsigned int cohort_kept_judge(const struct cohort_cluster *cluster, struct sk_buff *skb,
			       const struct nf_hook_state *state);
void cohort_kept_remove(struct cohort_cluster *cluster);

#endif /* _COHORT_KEPT_H */
