/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where packets meet the module. Each hook is there only while a cluster needs
 * it.
 */
#ifndef _COHORT_HOOKS_H
#define _COHORT_HOOKS_H

#include <linux/netfilter.h>

struct cohort_cluster;
struct cohort_net;
struct cohort_netdev;
struct cohort_table;

/* Any IPv4 packet to a VIP, data at its header. Context: RCU, bottom halves disabled. */
unsigned int cohort_judge_ipv4(struct sk_buff *skb, const struct cohort_cluster *cluster,
			       const struct cohort_table *table, const struct nf_hook_state *state);

/* At a device's ingress: judges packets, and drops before anything is spent on them. */
void cohort_hook_ingress_init(struct nf_hook_ops *ops, struct cohort_netdev *netdev,
			      struct net_device *dev);

/* Likewise, on a device that lost the name by which it is the clusters': drops all of theirs. */
void cohort_hook_silence_init(struct nf_hook_ops *ops, struct cohort_netdev *netdev,
			      struct net_device *dev);

/*
 * At PRE_ROUTING: judges what came by the cluster's MAC, but not by a device's
 * ingress hook. One a namespace; getting and putting it needs the namespace's
 * lock, and may sleep.
 */
int cohort_hook_inet_get(struct cohort_net *cnet);
void cohort_hook_inet_put(struct cohort_net *cnet);

/*
 * At ARP output: the cluster's MAC address goes into what is said of a VIP. One
 * a namespace; getting and putting it needs the namespace's lock, and may sleep.
 */
int cohort_hook_arp_get(struct cohort_net *cnet);
void cohort_hook_arp_put(struct cohort_net *cnet);

#endif /* _COHORT_HOOKS_H */
