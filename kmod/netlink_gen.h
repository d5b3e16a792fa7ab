/* SPDX-License-Identifier: GPL-2.0-only */
/* Made of spec/cohort.yaml by spec/generate.py: do not edit. */

#ifndef _COHORT_NETLINK_GEN_H
#define _COHORT_NETLINK_GEN_H

#include <linux/cohort.h>
#include <net/genetlink.h>

extern const struct nla_policy cohort_vip_nl_policy[COHORT_A_VIP_PREFIX_LEN + 1];
extern const struct genl_ops cohort_nl_ops[10];
extern const struct genl_multicast_group cohort_nl_mcgrps[1];

enum cohort_nl_groups {
	COHORT_NLGRP_EVENTS,
};

int cohort_nl_cluster_get_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_cluster_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int cohort_nl_cluster_new_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_cluster_set_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_cluster_del_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_bucket_get_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_bucket_set_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_bucket_change_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_lease_renew_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_control_claim_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int cohort_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _COHORT_NETLINK_GEN_H */
