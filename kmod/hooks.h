/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where packets meet the module. Each hook is there only while a cluster needs
 * it.
 */
#ifndef _COHORT_HOOKS_H
#define _COHORT_HOOKS_H

#include <linux/netfilter.h>

struct cohort_net;
struct cohort_netdev;

/* At a device's ingress: judges packets, and drops before anything is spent on them. */
void cohort_hook_ingress_init(struct nf_hook_ops *ops, struct cohort_netdev *netdev,
			      struct net_device *dev);

/* Likewise, on a device that lost the name by which it is the clusters': drops all of theirs. */
void cohort_hook_silence_init(struct nf_hook_ops *ops, struct cohort_netdev *netdev,
			      struct net_device *dev);

/*
 * At ARP output: the cluster's MAC address goes into what is said of a VIP. One
 * a namespace; getting and putting it needs the namespace's lock, and may sleep.
 */
int cohort_hook_arp_get(struct cohort_net *cnet);
void cohort_hook_arp_put(struct cohort_net *cnet);

#endif /* _COHORT_HOOKS_H */
