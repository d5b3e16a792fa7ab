/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a device is told, so that its host receives the frames of a cluster: its
 * filter of MAC addresses, and in L2 mode igmp the group that switches ask for.
 *
 * All functions need RTNL and the namespace's lock. While the device is gone they do nothing.
 */
#ifndef _COHORT_RXFILTER_H
#define _COHORT_RXFILTER_H

#include <linux/types.h>

struct cohort_netdev;
struct netlink_ext_ack;

int cohort_rxfilter_add(const struct cohort_netdev *netdev, u8 l2_mode, const u8 *mac,
			struct netlink_ext_ack *extack);
void cohort_rxfilter_del(const struct cohort_netdev *netdev, u8 l2_mode, const u8 *mac);

void cohort_rxfilter_attach(struct cohort_netdev *netdev);
void cohort_rxfilter_detach(struct cohort_netdev *netdev);
void cohort_rxfilter_follow(struct cohort_netdev *netdev);

#endif /* _COHORT_RXFILTER_H */
