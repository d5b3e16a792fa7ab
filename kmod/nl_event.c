// SPDX-License-Identifier: GPL-2.0-only

#include <net/genetlink.h>

#include "cluster.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "pernet.h"

static int event_put(struct sk_buff *skb, const struct cohort_cluster *cluster,
		     enum cohort_event event)
{
	void *head = genlmsg_put(skb, 0, 0, &cohort_nl_family, 0, COHORT_CMD_EVENT_NTF);

	if (!head || nla_put_u32(skb, COHORT_A_EVENT, event) ||
	    cohort_nl_cluster_put(skb, cluster, false))
		return -EMSGSIZE;
	genlmsg_end(skb, head);
	return 0;
}

void cohort_event_send(const struct cohort_cluster *cluster, enum cohort_event event)
{
	struct net *net = cluster->cnet->net;
	struct sk_buff *skb;

	lockdep_assert_held(&cluster->cnet->lock);
	if (!genl_has_listeners(&cohort_nl_family, net, COHORT_NLGRP_EVENTS))
		return;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (skb && !event_put(skb, cluster, event)) {
		genlmsg_multicast_netns(&cohort_nl_family, net, skb, 0, COHORT_NLGRP_EVENTS,
					GFP_KERNEL);
		return;
	}
	nlmsg_free(skb);
	/* Lost: who listens finds out by ENOBUFS, and asks again. */
	genl_set_err(&cohort_nl_family, net, 0, COHORT_NLGRP_EVENTS, -ENOBUFS);
}
