// SPDX-License-Identifier: GPL-2.0-only

#include <cohort/limits.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <net/genetlink.h>

#include "cluster.h"
#include "netdev.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "pernet.h"

struct genl_family cohort_nl_family __ro_after_init = {
	.name = COHORT_GENL_NAME,
	.version = COHORT_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = cohort_nl_ops,
	.n_ops = ARRAY_SIZE(cohort_nl_ops),
	.mcgrps = cohort_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(cohort_nl_mcgrps),
};

int __init cohort_netlink_init(void)
{
	return genl_register_family(&cohort_nl_family);
}

void cohort_netlink_exit(void)
{
	genl_unregister_family(&cohort_nl_family);
}

/* What each handler begins with: the namespace, and the request at hand for formatted refusals. */
struct cohort_net *cohort_nl_enter(struct sk_buff *skb, struct genl_info *info)
{
	info->user_ptr[0] = skb;
	return cohort_pernet(genl_info_net(info));
}

/* The name that the request gives. 0, or an error that extack explains. */
int cohort_nl_name(const char **name, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, COHORT_A_NAME)) {
		NL_SET_ERR_MSG(info->extack, "the name of the cluster is missing");
		return -EINVAL;
	}
	*name = nla_data(info->attrs[COHORT_A_NAME]);
	if (cohort_name_ok(*name))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[COHORT_A_NAME],
			    "a name is 1 to " __stringify(COHORT_NAME_MAX) " of a-z, 0-9, - and _");
	return -EINVAL;
}

/* The cluster that the request names, or an ERR_PTR(). Context: the namespace's lock. */
struct cohort_cluster *cohort_nl_cluster(struct cohort_net *cnet, struct genl_info *info)
{
	struct cohort_cluster *cluster;
	const char *name;
	int err;

	err = cohort_nl_name(&name, info);
	if (err)
		return ERR_PTR(err);
	cluster = cohort_cluster_find(cnet, name);
	if (cluster)
		return cluster;
	NL_SET_BAD_ATTR(info->extack, info->attrs[COHORT_A_NAME]);
	GENL_SET_ERR_MSG_FMT(info, "there is no cluster %s", name);
	return ERR_PTR(-ENOENT);
}

/* The same, to be changed: not one that a module keeps, which alone changes it. */
struct cohort_cluster *cohort_nl_unkept(struct cohort_net *cnet, struct genl_info *info)
{
	struct cohort_cluster *cluster = cohort_nl_cluster(cnet, info);

	if (IS_ERR(cluster) || !cluster->keeper)
		return cluster;
	NL_SET_BAD_ATTR(info->extack, info->attrs[COHORT_A_NAME]);
	GENL_SET_ERR_MSG_FMT(info, "cluster %s is kept by %s", cluster->name, cluster->keeper);
	return ERR_PTR(-EBUSY);
}

/* Put lease state, deadline and remaining time, all as of one moment. 0 or -EMSGSIZE. */
int cohort_nl_lease_put(struct sk_buff *skb, const struct cohort_cluster *cluster)
{
	const u64 deadline = atomic64_read(&cohort_cluster_table(cluster)->deadline);
	const u64 now = ktime_get_boottime_ns();
	enum cohort_lease_state state = COHORT_LEASE_STATE_VALID;
	u64 remaining = 0;

	if (!deadline)
		state = COHORT_LEASE_STATE_STATIC;
	else if (now >= deadline)
		state = COHORT_LEASE_STATE_EXPIRED;
	else
		remaining = div_u64(deadline - now, NSEC_PER_MSEC);
	if (nla_put_u32(skb, COHORT_A_LEASE_STATE, state) ||
	    nla_put_u64_64bit(skb, COHORT_A_DEADLINE, deadline, COHORT_A_PAD) ||
	    nla_put_u32(skb, COHORT_A_REMAINING_MS, remaining))
		return -EMSGSIZE;
	return 0;
}

/**
 * cohort_nl_reply() - answer a request about one cluster
 * @info: the request
 * @cluster: the cluster
 * @size: enough for what @fill puts
 * @fill: puts the answer; may tell secrets if admin is set
 *
 * Context: the namespace's lock; may sleep.
 */
int cohort_nl_reply(struct genl_info *info, const struct cohort_cluster *cluster, size_t size,
		    int (*fill)(struct sk_buff *skb, const struct cohort_cluster *cluster,
				bool admin))
{
	struct sk_buff *reply = genlmsg_new(size, GFP_KERNEL);
	bool admin;
	void *head;
	int err;

	if (!reply)
		return -ENOMEM;
	head = genlmsg_put_reply(reply, info, &cohort_nl_family, 0, info->genlhdr->cmd);
	if (!head) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	admin = netlink_ns_capable(info->user_ptr[0], genl_info_net(info)->user_ns, CAP_NET_ADMIN);
	err = fill(reply, cluster, admin);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, head);
	return genlmsg_reply(reply, info);
}

/*
 * As many clusters as fit into @skb, from where the last call stopped. Should
 * the configuration change meanwhile, the messages are marked, and the reader
 * asks again. Its request is refused here and not when the dump starts, where
 * there is no extack yet.
 */
int cohort_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		   int (*fill)(struct sk_buff *skb, const struct cohort_cluster *cluster,
			       bool admin))
{
	const struct net *net = sock_net(cb->skb->sk);
	struct cohort_net *cnet = cohort_pernet(net);
	const bool admin = netlink_ns_capable(cb->skb, net->user_ns, CAP_NET_ADMIN);
	struct nlattr **attrs = cohort_dump_attrs(cb);
	const struct cohort_cluster *cluster;
	unsigned long at = 0;
	void *head;

	if (attrs && attrs[COHORT_A_NAME]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[COHORT_A_NAME],
				    "a dump is of all clusters; ask for one without NLM_F_DUMP");
		return -EINVAL;
	}
	mutex_lock(&cnet->lock);
	cb->seq = cnet->config_seq + 1; /* 0 would mean that it is not known */
	list_for_each_entry(cluster, &cnet->clusters, list) {
		if (at++ < cb->args[0])
			continue;
		head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &cohort_nl_family, NLM_F_MULTI,
				   ((struct genlmsghdr *)nlmsg_data(cb->nlh))->cmd);
		if (!head)
			break;
		genl_dump_check_consistent(cb, head);
		if (fill(skb, cluster, admin)) {
			genlmsg_cancel(skb, head);
			break;
		}
		genlmsg_end(skb, head);
		cb->args[0] = at;
	}
	mutex_unlock(&cnet->lock);
	return skb->len;
}
