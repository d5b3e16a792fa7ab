/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices that clusters are on: each by its name, so that it may go, be
 * renamed and come back. While it is there, it has one ingress hook for all of
 * its clusters, and their MAC addresses in its filter.
 *
 * All functions need RTNL and the namespace's lock, unless they say otherwise.
 */
#ifndef _COHORT_NETDEV_H
#define _COHORT_NETDEV_H

#include <linux/if.h>
#include <linux/list.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>

#include "vips.h"

struct cohort_net;
struct genl_info;
struct net_device;

/**
 * struct cohort_netdev - a device name with clusters on it
 * @vips: from an address to its cluster, for packets; never NULL
 * @dev: the device, NULL while there is none of this name; readers under RCU only
 *	compare it
 * @cnet: its namespace
 * @ingress: the hook, registered while @dev is set
 * @stranger: the device that had the name until it was given another, if it is
 *	still there: it may well have the VIPs' addresses, and must not serve
 * @silence: the hook that sees to it, registered while @stranger is set
 * @list: in cohort_net.netdevs
 * @clusters: by cohort_cluster.on_dev; with none, the entry goes
 * @ifname: the name
 * @rcu: frees the entry after its last reader
 */
struct cohort_netdev {
	struct cohort_vips __rcu *vips;
	struct net_device *dev;
	struct cohort_net *cnet;
	struct nf_hook_ops ingress;
	struct net_device *stranger;
	struct nf_hook_ops silence;
	struct list_head list;
	struct list_head clusters;
	char ifname[IFNAMSIZ];
	struct rcu_head rcu;
};

struct cohort_netdev *cohort_netdev_get(struct cohort_net *cnet, const char *ifname,
					struct genl_info *info);
void cohort_netdev_put(struct cohort_netdev *netdev);
struct cohort_vips *cohort_netdev_vips(const struct cohort_netdev *netdev);
int cohort_netdev_add_mac(const struct cohort_netdev *netdev, const u8 *mac);
void cohort_netdev_del_mac(const struct cohort_netdev *netdev, const u8 *mac);
const struct cohort_cluster *cohort_netdev_cluster(const struct cohort_net *cnet,
						   const struct net_device *dev,
						   struct cohort_vip_key key, bool *stranger);
int cohort_netdev_init(void);
void cohort_netdev_exit(void);

#endif /* _COHORT_NETDEV_H */
