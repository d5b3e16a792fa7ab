/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic-netlink family. Its interface is spec/cohort.yaml.
 *
 * Its operations run in parallel, each under the lock of its own namespace:
 * genetlink's own lock would make renewals of leases wait for whatever any
 * other family does with it.
 */
#ifndef _COHORT_NETLINK_H
#define _COHORT_NETLINK_H

#include <linux/cohort.h>
#include <linux/types.h>

struct cohort_cluster;
struct cohort_net;
struct genl_family;
struct genl_info;
struct netlink_callback;
struct sk_buff;

extern struct genl_family cohort_nl_family;

int cohort_netlink_init(void);
void cohort_netlink_exit(void);

/* Common to the handlers: see netlink.c. */
struct cohort_net *cohort_nl_enter(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_name(const char **name, struct genl_info *info);
struct cohort_cluster *cohort_nl_cluster(struct cohort_net *cnet, struct genl_info *info);
struct cohort_cluster *cohort_nl_unkept(struct cohort_net *cnet, struct genl_info *info);
int cohort_nl_controls(const struct cohort_cluster *cluster, struct genl_info *info);
int cohort_nl_lease_put(struct sk_buff *skb, const struct cohort_cluster *cluster);
int cohort_nl_reply(struct genl_info *info, const struct cohort_cluster *cluster, size_t size,
		    int (*fill)(struct sk_buff *skb, const struct cohort_cluster *cluster,
				bool admin));
int cohort_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		   int (*fill)(struct sk_buff *skb, const struct cohort_cluster *cluster,
			       bool admin));
int cohort_nl_cluster_put(struct sk_buff *skb, const struct cohort_cluster *cluster, bool admin);

/* Tell the group "events". Context: the namespace's lock; may sleep. */
void cohort_event_send(const struct cohort_cluster *cluster, enum cohort_event event);

#endif /* _COHORT_NETLINK_H */
