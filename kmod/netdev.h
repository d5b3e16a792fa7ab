/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices that clusters are on: each by its name, so that it may go, be
 * renamed and come back. While it is there, it has one ingress hook for all of
 * its clusters, and lets their frames in (rxfilter.h).
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
struct in_device;
struct net_device;

/**
 * enum cohort_place - where a device stands to a cluster
 * @COHORT_PLACE_OWN: it is the cluster's
 * @COHORT_PLACE_BELOW: the cluster's is a macvlan device on it
 * @COHORT_PLACE_STRANGER: it lost the name by which it was the cluster's
 */
enum cohort_place {
	COHORT_PLACE_OWN,
	COHORT_PLACE_BELOW,
	COHORT_PLACE_STRANGER,
};

/**
 * struct cohort_netdev - a device name with clusters on it
 * @vips: from an address to its cluster, for packets; never NULL
 * @dev: the device, NULL while there is none of this name; readers under RCU only
 *	compare it
 * @below: what a macvlan device @dev is on, in whichever namespace, or NULL: its
 *	host's stack hears the same groups there; readers under RCU only compare it
 * @in_dev: its IPv4 part, which L2 mode igmp joins groups on, or NULL
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
	struct net_device *below;
	struct in_device *in_dev;
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
const struct cohort_cluster *cohort_netdev_cluster(const struct cohort_net *cnet,
						   const struct net_device *dev,
						   struct cohort_vip_key key,
						   enum cohort_place *place);
int cohort_netdev_init(void);
void cohort_netdev_exit(void);

#endif /* _COHORT_NETDEV_H */
