// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/if_arp.h>
#include <linux/if_macvlan.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "cluster.h"
#include "hooks.h"
#include "netdev.h"
#include "netlink.h"
#include "pernet.h"
#include "rxfilter.h"

static bool is_ethernet(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && dev->addr_len == ETH_ALEN &&
	       !(dev->flags & IFF_LOOPBACK);
}

static void assert_locks(const struct cohort_net *cnet)
{
	ASSERT_RTNL();
	lockdep_assert_held(&cnet->lock);
}

static void del_filters_before(const struct cohort_netdev *netdev, const struct cohort_cluster *end)
{
	const struct cohort_cluster *cluster;

	list_for_each_entry(cluster, &netdev->clusters, on_dev) {
		if (cluster == end)
			return;
		cohort_rxfilter_del(netdev, cluster->l2_mode, cohort_cluster_table(cluster)->mac);
	}
}

static void set_device(struct cohort_netdev *netdev, struct net_device *dev)
{
	const struct macvlan_dev *macvlan = dev && netif_is_macvlan(dev) ? netdev_priv(dev) : NULL;

	WRITE_ONCE(netdev->below, macvlan ? macvlan->lowerdev : NULL);
	WRITE_ONCE(netdev->dev, dev);
}

static void detach(struct cohort_netdev *netdev)
{
	del_filters_before(netdev, NULL);
	cohort_rxfilter_detach(netdev);
	nf_unregister_net_hook(netdev->cnet->net, &netdev->ingress);
	set_device(netdev, NULL);
}

/* The hook comes before the filters: nothing is received for the cluster that is not judged. */
static int attach(struct cohort_netdev *netdev, struct net_device *dev)
{
	const struct cohort_cluster *cluster;
	int err;

	cohort_hook_ingress_init(&netdev->ingress, netdev, dev);
	err = nf_register_net_hook(netdev->cnet->net, &netdev->ingress);
	if (err)
		return err;
	set_device(netdev, dev);
	cohort_rxfilter_attach(netdev);
	list_for_each_entry(cluster, &netdev->clusters, on_dev) {
		err = cohort_rxfilter_add(netdev, cluster->l2_mode,
					  cohort_cluster_table(cluster)->mac, NULL);
		if (err)
			goto err_filters;
	}
	return 0;

err_filters:
	del_filters_before(netdev, cluster);
	cohort_rxfilter_detach(netdev);
	nf_unregister_net_hook(netdev->cnet->net, &netdev->ingress);
	set_device(netdev, NULL);
	return err;
}

/* The device that had the name is ours no more at all. */
static void forget_stranger(struct cohort_netdev *netdev)
{
	if (!netdev->stranger)
		return;
	nf_unregister_net_hook(netdev->cnet->net, &netdev->silence);
	WRITE_ONCE(netdev->stranger, NULL);
}

/*
 * The device was given another name. The silence begins before its hook goes,
 * lest it serve unjudged between the two.
 */
static void estrange(struct cohort_netdev *netdev)
{
	struct net_device *dev = netdev->dev;

	forget_stranger(netdev);
	cohort_hook_silence_init(&netdev->silence, netdev, dev);
	if (nf_register_net_hook(netdev->cnet->net, &netdev->silence))
		pr_warn("%s, once %s, cannot be silenced: take the VIPs' addresses from it\n",
			dev->name, netdev->ifname);
	else
		WRITE_ONCE(netdev->stranger, dev);
	detach(netdev);
}

static struct cohort_netdev *find_by_name(const struct cohort_net *cnet, const char *ifname)
{
	struct cohort_netdev *netdev;

	list_for_each_entry(netdev, &cnet->netdevs, list)
		if (!strcmp(netdev->ifname, ifname))
			return netdev;
	return NULL;
}

static struct cohort_netdev *netdev_alloc(struct cohort_net *cnet, const char *ifname)
{
	struct cohort_netdev *netdev = kzalloc(sizeof(*netdev), GFP_KERNEL);
	struct cohort_vips *vips;

	if (!netdev)
		return NULL;
	INIT_LIST_HEAD(&netdev->clusters);
	vips = cohort_vips_build(&netdev->clusters, NULL, 0);
	if (!vips) {
		kfree(netdev);
		return NULL;
	}
	RCU_INIT_POINTER(netdev->vips, vips);
	netdev->cnet = cnet;
	strscpy(netdev->ifname, ifname, IFNAMSIZ);
	return netdev;
}

static void netdev_free(struct cohort_netdev *netdev)
{
	cohort_vips_free(cohort_netdev_vips(netdev));
	kfree_rcu(netdev, rcu);
}

/**
 * cohort_netdev_get() - the entry of a device that is there now
 * @cnet: the namespace
 * @ifname: its name, or one of its alternative names
 * @info: the request
 *
 * Context: RTNL, the namespace's lock; may sleep.
 * Return: the entry, which cohort_netdev_put() gives back unless a cluster is
 * put on it, or an ERR_PTR() that extack explains.
 */
struct cohort_netdev *cohort_netdev_get(struct cohort_net *cnet, const char *ifname,
					struct genl_info *info)
{
	struct cohort_netdev *netdev;
	struct net_device *dev;
	int err;

	assert_locks(cnet);
	dev = __dev_get_by_name(cnet->net, ifname);
	NL_SET_BAD_ATTR(info->extack, info->attrs[COHORT_A_IFNAME]);
	if (!dev) {
		GENL_SET_ERR_MSG_FMT(info, "there is no device %s", ifname);
		return ERR_PTR(-ENODEV);
	}
	if (!is_ethernet(dev)) {
		GENL_SET_ERR_MSG_FMT(info, "%s is not an Ethernet device", ifname);
		return ERR_PTR(-EINVAL);
	}
	netdev = find_by_name(cnet, dev->name);
	if (netdev && netdev->dev)
		return netdev;
	if (netdev) {
		GENL_SET_ERR_MSG_FMT(info, "%s came back, but could not be used", ifname);
		return ERR_PTR(-ENODEV);
	}
	netdev = netdev_alloc(cnet, dev->name);
	if (!netdev)
		return ERR_PTR(-ENOMEM);
	err = attach(netdev, dev);
	if (err) {
		GENL_SET_ERR_MSG_FMT(info, "%s takes no ingress hook", ifname);
		netdev_free(netdev);
		return ERR_PTR(err);
	}
	list_add_tail_rcu(&netdev->list, &cnet->netdevs);
	return netdev;
}

/* Drop the entry if no cluster is on it. */
void cohort_netdev_put(struct cohort_netdev *netdev)
{
	assert_locks(netdev->cnet);
	if (!list_empty(&netdev->clusters))
		return;
	if (netdev->dev)
		detach(netdev);
	forget_stranger(netdev);
	list_del_rcu(&netdev->list);
	netdev_free(netdev);
}

struct cohort_vips *cohort_netdev_vips(const struct cohort_netdev *netdev)
{
	return rcu_dereference_protected(netdev->vips, lockdep_is_held(&netdev->cnet->lock));
}

/**
 * cohort_netdev_cluster() - the cluster that an address is a VIP of, by a device
 * @cnet: the namespace
 * @dev: the device
 * @key: the address
 * @place: out, if there is one: what the device is to it
 *
 * Context: RCU. Return: the cluster, or NULL.
 */
const struct cohort_cluster *cohort_netdev_cluster(const struct cohort_net *cnet,
						   const struct net_device *dev,
						   struct cohort_vip_key key,
						   enum cohort_place *place)
{
	const struct cohort_cluster *cluster;
	const struct cohort_netdev *netdev;

	list_for_each_entry_rcu(netdev, &cnet->netdevs, list) {
		if (READ_ONCE(netdev->dev) == dev)
			*place = COHORT_PLACE_OWN;
		else if (READ_ONCE(netdev->below) == dev)
			*place = COHORT_PLACE_BELOW;
		else if (READ_ONCE(netdev->stranger) == dev)
			*place = COHORT_PLACE_STRANGER;
		else
			continue;
		cluster = cohort_vips_find(rcu_dereference(netdev->vips), key);
		if (cluster)
			return cluster;
	}
	return NULL;
}

static void tell(const struct cohort_netdev *netdev, enum cohort_event event)
{
	const struct cohort_cluster *cluster;

	list_for_each_entry(cluster, &netdev->clusters, on_dev) {
		netdev->cnet->config_seq++;
		cohort_event_send(cluster, event);
	}
}

/* @dev is leaving the namespace. */
static void device_gone(const struct cohort_net *cnet, const struct net_device *dev)
{
	struct cohort_netdev *netdev;

	list_for_each_entry(netdev, &cnet->netdevs, list) {
		if (netdev->stranger == dev)
			forget_stranger(netdev);
		if (netdev->dev != dev)
			continue;
		detach(netdev);
		tell(netdev, COHORT_EVENT_DEVICE_GONE);
	}
}

/* @dev has another name now. */
static void device_renamed(const struct cohort_net *cnet, const struct net_device *dev)
{
	struct cohort_netdev *netdev;

	list_for_each_entry(netdev, &cnet->netdevs, list) {
		if (netdev->dev != dev || !strcmp(netdev->ifname, dev->name))
			continue;
		estrange(netdev);
		tell(netdev, COHORT_EVENT_DEVICE_GONE);
	}
}

/* @dev has come into the namespace, or to its name. */
static void device_back(const struct cohort_net *cnet, struct net_device *dev)
{
	struct cohort_netdev *netdev = find_by_name(cnet, dev->name);
	int err;

	if (!netdev || netdev->dev)
		return;
	if (!is_ethernet(dev)) {
		pr_warn("%s is back, but not as an Ethernet device: its clusters stay silent\n",
			dev->name);
		return;
	}
	err = attach(netdev, dev);
	if (err) {
		pr_warn("%s is back, but cannot be used (%d): its clusters stay silent\n",
			dev->name, err);
		return;
	}
	if (netdev->stranger == dev)
		forget_stranger(netdev);
	tell(netdev, COHORT_EVENT_DEVICE_BACK);
}

/* The MTU of @dev has changed, and with it whether it takes IPv4. */
static void device_mtu(const struct cohort_net *cnet, const struct net_device *dev)
{
	struct cohort_netdev *netdev;

	list_for_each_entry(netdev, &cnet->netdevs, list)
		if (netdev->dev == dev)
			cohort_rxfilter_follow(netdev);
}

/* A cluster's unicast MAC must never be an Ethernet source: no device of its may take it. */
static int device_address(const struct cohort_net *cnet,
			  const struct netdev_notifier_pre_changeaddr_info *change)
{
	const struct net_device *dev = change->info.dev;
	const struct cohort_cluster *cluster;

	list_for_each_entry(cluster, &cnet->clusters, list) {
		if (cluster->netdev->dev != dev ||
		    !ether_addr_equal(cohort_cluster_table(cluster)->mac, change->dev_addr))
			continue;
		NL_SET_ERR_MSG(change->info.extack, "this is the MAC address of a cluster");
		return -EADDRINUSE;
	}
	return 0;
}

static int netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct cohort_net *cnet = cohort_pernet(dev_net(dev));
	int err = 0;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UNREGISTER:
	case NETDEV_CHANGENAME:
	case NETDEV_CHANGEMTU:
	case NETDEV_PRE_CHANGEADDR:
		break;
	default:
		return NOTIFY_DONE;
	}
	mutex_lock(&cnet->lock);
	switch (event) {
	case NETDEV_REGISTER:
		device_back(cnet, dev);
		break;
	case NETDEV_UNREGISTER:
		device_gone(cnet, dev);
		break;
	case NETDEV_CHANGENAME:
		device_renamed(cnet, dev);
		device_back(cnet, dev);
		break;
	case NETDEV_CHANGEMTU:
		device_mtu(cnet, dev);
		break;
	case NETDEV_PRE_CHANGEADDR:
		err = device_address(cnet, ptr);
		break;
	}
	mutex_unlock(&cnet->lock);
	return notifier_from_errno(err);
}

static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
};

int __init cohort_netdev_init(void)
{
	return register_netdevice_notifier(&netdev_notifier);
}

void cohort_netdev_exit(void)
{
	unregister_netdevice_notifier(&netdev_notifier);
}
