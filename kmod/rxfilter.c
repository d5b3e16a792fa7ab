// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <cohort/mac.h>
#include <linux/cohort.h>
#include <linux/if_macvlan.h>
#include <linux/igmp.h>
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "cluster.h"
#include "netdev.h"
#include "pernet.h"
#include "rxfilter.h"

static void assert_locks(const struct cohort_netdev *netdev)
{
	ASSERT_RTNL();
	lockdep_assert_held(&netdev->cnet->lock);
}

/* 239.255.x.y, whose frames go to 01:00:5e:7f:x:y (RFC 1112, 6.4). */
static __be32 group_of(const u8 *mac)
{
	return htonl(0xefff0000 | mac[4] << 8 | mac[5]);
}

static int group_join(struct in_device *in_dev, __be32 group, struct netlink_ext_ack *extack)
{
	const struct ip_mc_list *joined;

	if (!in_dev) {
		NL_SET_ERR_MSG(
			extack,
			"L2 mode igmp joins an IPv4 group; the device's MTU is too small for IPv4");
		return -EAFNOSUPPORT;
	}
	ip_mc_inc_group(in_dev, group);
	/* Where there is no memory, it does not say so. */
	for (joined = rtnl_dereference(in_dev->mc_list); joined;
	     joined = rtnl_dereference(joined->next_rcu))
		if (joined->multiaddr == group)
			return 0;
	return -ENOMEM;
}

/*
 * A macvlan device is handed what is to its own MAC and what is to a group, by
 * the filters of both. Only with mode passthru is all of the NIC's its own.
 */
static int check_device(const struct net_device *dev, const u8 *mac, struct netlink_ext_ack *extack)
{
	const struct macvlan_dev *macvlan;

	if (cohort_mac_is_group(mac) || !netif_is_macvlan(dev))
		return 0;
	macvlan = netdev_priv(dev);
	if (macvlan->mode == MACVLAN_MODE_PASSTHRU)
		return 0;
	NL_SET_ERR_MSG(extack, "L2 mode unicast takes a macvlan device of mode passthru only");
	return -EOPNOTSUPP;
}

/**
 * cohort_rxfilter_add() - let a device receive the frames of one more cluster
 * @netdev: the device
 * @l2_mode: enum cohort_l2_mode
 * @mac: the cluster's, which fits the mode; the filter counts how often it was added
 * @extack: where a refusal is explained, or NULL
 *
 * Return: 0, or an error with nothing changed.
 */
int cohort_rxfilter_add(const struct cohort_netdev *netdev, u8 l2_mode, const u8 *mac,
			struct netlink_ext_ack *extack)
{
	int err;

	assert_locks(netdev);
	if (!netdev->dev)
		return 0;
	err = check_device(netdev->dev, mac, extack);
	if (err)
		return err;
	err = cohort_mac_is_group(mac) ? dev_mc_add(netdev->dev, mac)
				       : dev_uc_add(netdev->dev, mac);
	if (err || l2_mode != COHORT_L2_MODE_IGMP)
		return err;
	err = group_join(netdev->in_dev, group_of(mac), extack);
	if (err)
		dev_mc_del(netdev->dev, mac);
	return err;
}

/* Undo what cohort_rxfilter_add() did with the same arguments. */
void cohort_rxfilter_del(const struct cohort_netdev *netdev, u8 l2_mode, const u8 *mac)
{
	assert_locks(netdev);
	if (!netdev->dev)
		return;
	if (l2_mode == COHORT_L2_MODE_IGMP && netdev->in_dev)
		ip_mc_dec_group(netdev->in_dev, group_of(mac));
	if (cohort_mac_is_group(mac))
		dev_mc_del(netdev->dev, mac);
	else
		dev_uc_del(netdev->dev, mac);
}

/* The device is there now: cohort_rxfilter_add() may follow. */
void cohort_rxfilter_attach(struct cohort_netdev *netdev)
{
	assert_locks(netdev);
	netdev->in_dev = __in_dev_get_rtnl(netdev->dev);
	if (netdev->in_dev)
		in_dev_hold(netdev->in_dev);
}

/* All that was added has been deleted again; the device goes. */
void cohort_rxfilter_detach(struct cohort_netdev *netdev)
{
	assert_locks(netdev);
	if (netdev->in_dev)
		in_dev_put(netdev->in_dev);
	netdev->in_dev = NULL;
}

/*
 * The device lost its IPv4 part with all groups, or has a new one: for an MTU below
 * 68, and above again.
 */
void cohort_rxfilter_follow(struct cohort_netdev *netdev)
{
	const struct cohort_cluster *cluster;

	assert_locks(netdev);
	if (!netdev->dev || __in_dev_get_rtnl(netdev->dev) == netdev->in_dev)
		return;
	cohort_rxfilter_detach(netdev);
	cohort_rxfilter_attach(netdev);
	if (!netdev->in_dev)
		return;
	list_for_each_entry(cluster, &netdev->clusters, on_dev) {
		const __be32 group = group_of(cohort_cluster_table(cluster)->mac);

		if (cluster->l2_mode != COHORT_L2_MODE_IGMP)
			continue;
		if (group_join(netdev->in_dev, group, NULL))
			pr_warn("%s did not join %pI4: a switch may keep what is cluster %s's from "
				"it\n",
				netdev->ifname, &group, cluster->name);
	}
}
