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

/* Any packet to a VIP, data at its IP header. Context: RCU, bottom halves disabled. */
unsigned int cohort_judge_ipv4(struct sk_buff *skb, const struct cohort_cluster *cluster,
			       const struct cohort_table *table, const struct nf_hook_state *state);
unsigned int cohort_judge_ipv6(struct sk_buff *skb, const struct cohort_cluster *cluster,
			       const struct cohort_table *table, const struct nf_hook_state *state);

/* At a device's ingress: judges packets, and drops before anything is spent on them. */
void cohort_hook_ingress_init(struct nf_hook_ops *ops, struct cohort_netdev *netdev,
			      struct net_device *dev);

/* Likewise, on a device that lost the name by which it is the clusters': drops all of theirs. */
void cohort_hook_silence_init(struct nf_hook_ops *ops, struct cohort_netdev *netdev,
			      struct net_device *dev);

/* What these two do with all but IPv4. */
unsigned int cohort_ingress_arp(const struct cohort_netdev *netdev, struct sk_buff *skb);
unsigned int cohort_ingress_ipv6(const struct cohort_netdev *netdev, struct sk_buff *skb,
				 const struct nf_hook_state *state);
unsigned int cohort_silence_ipv6(const struct cohort_netdev *netdev, const struct sk_buff *skb);

/* At PRE_ROUTING: judges what came by the cluster's MAC, but not by a device's ingress hook. */
void cohort_hook_ipv4_init(struct nf_hook_ops *ops, struct cohort_net *cnet);
void cohort_hook_ipv6_init(struct nf_hook_ops *ops, struct cohort_net *cnet);

/* At the output of ARP and ND: the cluster's MAC address goes into what is said of a VIP. */
void cohort_hook_arp_init(struct nf_hook_ops *ops, struct cohort_net *cnet);
void cohort_hook_nd_init(struct nf_hook_ops *ops, struct cohort_net *cnet);

/*
 * All of the above that are a namespace's, not a device's: one of each, while
 * there are clusters. Getting and putting them needs the namespace's lock, and
 * may sleep. The first returns 0, or an error with nothing registered.
 */
int cohort_hooks_get(struct cohort_net *cnet);
void cohort_hooks_put(struct cohort_net *cnet);

#endif /* _COHORT_HOOKS_H */
