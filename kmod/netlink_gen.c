// SPDX-License-Identifier: GPL-2.0-only
// Made of spec/cohort.yaml by spec/generate.py: do not edit.

#include <net/genetlink.h>
#include <net/netlink.h>

#include "netlink_gen.h"

static struct netlink_range_validation cohort_buckets_range = {
	.min	= 1,
	.max	= COHORT_BUCKETS_MAX,
};

static struct netlink_range_validation cohort_lease_ms_range = {
	.min	= 0,
	.max	= COHORT_LEASE_MAX_MS,
};

const struct nla_policy cohort_vip_nl_policy[COHORT_A_VIP_PREFIX_LEN + 1] = {
	[COHORT_A_VIP_ADDRESS] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[COHORT_A_VIP_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U32, 128),
};

/* COHORT_CMD_CLUSTER_GET */
static const struct nla_policy cohort_cluster_get_nl_policy[COHORT_A_NAME + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
};

/* COHORT_CMD_CLUSTER_NEW */
static const struct nla_policy cohort_cluster_new_nl_policy[COHORT_A_LEASE_MS + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
	[COHORT_A_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[COHORT_A_VIP] = NLA_POLICY_NESTED(cohort_vip_nl_policy),
	[COHORT_A_HASH_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[COHORT_A_HASH_FUNCTION] = NLA_POLICY_MAX(NLA_U32, 1),
	[COHORT_A_HASH_KEY] = NLA_POLICY_EXACT_LEN(COHORT_KEY_LEN),
	[COHORT_A_HASH_SEED] = { .type = NLA_U32, },
	[COHORT_A_BUCKETS] = NLA_POLICY_FULL_RANGE(NLA_U32, &cohort_buckets_range),
	[COHORT_A_L2_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[COHORT_A_MAC] = NLA_POLICY_EXACT_LEN(6),
	[COHORT_A_LEASE_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &cohort_lease_ms_range),
};

/* COHORT_CMD_CLUSTER_SET */
static const struct nla_policy cohort_cluster_set_nl_policy[COHORT_A_GENERATION + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
	[COHORT_A_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[COHORT_A_VIP] = NLA_POLICY_NESTED(cohort_vip_nl_policy),
	[COHORT_A_HASH_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[COHORT_A_HASH_FUNCTION] = NLA_POLICY_MAX(NLA_U32, 1),
	[COHORT_A_HASH_KEY] = NLA_POLICY_EXACT_LEN(COHORT_KEY_LEN),
	[COHORT_A_HASH_SEED] = { .type = NLA_U32, },
	[COHORT_A_BUCKETS] = NLA_POLICY_FULL_RANGE(NLA_U32, &cohort_buckets_range),
	[COHORT_A_L2_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[COHORT_A_MAC] = NLA_POLICY_EXACT_LEN(6),
	[COHORT_A_LEASE_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &cohort_lease_ms_range),
	[COHORT_A_GENERATION] = { .type = NLA_U32, },
};

/* COHORT_CMD_CLUSTER_DEL */
static const struct nla_policy cohort_cluster_del_nl_policy[COHORT_A_NAME + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
};

/* COHORT_CMD_BUCKET_GET */
static const struct nla_policy cohort_bucket_get_nl_policy[COHORT_A_NAME + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
};

/* COHORT_CMD_BUCKET_SET */
static const struct nla_policy cohort_bucket_set_nl_policy[COHORT_A_STATES + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
	[COHORT_A_EPOCH] = { .type = NLA_U64, },
	[COHORT_A_GENERATION] = { .type = NLA_U32, },
	[COHORT_A_STATES] = { .type = NLA_BINARY, .len = 16384, },
	[COHORT_A_DEADLINE] = { .type = NLA_U64, },
};

/* COHORT_CMD_BUCKET_CHANGE */
static const struct nla_policy cohort_bucket_change_nl_policy[COHORT_A_MASK + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
	[COHORT_A_GENERATION] = { .type = NLA_U32, },
	[COHORT_A_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[COHORT_A_MASK] = { .type = NLA_BINARY, .len = 8192, },
};

/* COHORT_CMD_LEASE_RENEW */
static const struct nla_policy cohort_lease_renew_nl_policy[COHORT_A_GENERATION + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
	[COHORT_A_EPOCH] = { .type = NLA_U64, },
	[COHORT_A_GENERATION] = { .type = NLA_U32, },
	[COHORT_A_DEADLINE] = { .type = NLA_U64, },
};

/* COHORT_CMD_CONTROL_CLAIM */
static const struct nla_policy cohort_control_claim_nl_policy[COHORT_A_NAME + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
};

/* COHORT_CMD_STATS_GET */
static const struct nla_policy cohort_stats_get_nl_policy[COHORT_A_NAME + 1] = {
	[COHORT_A_NAME] = { .type = NLA_NUL_STRING, .len = COHORT_NAME_MAX, },
};

const struct genl_ops cohort_nl_ops[10] = {
	{
		.cmd		= COHORT_CMD_CLUSTER_GET,
		.doit		= cohort_nl_cluster_get_doit,
		.dumpit		= cohort_nl_cluster_get_dumpit,
		.policy		= cohort_cluster_get_nl_policy,
		.maxattr	= COHORT_A_NAME,
	},
	{
		.cmd		= COHORT_CMD_CLUSTER_NEW,
		.doit		= cohort_nl_cluster_new_doit,
		.policy		= cohort_cluster_new_nl_policy,
		.maxattr	= COHORT_A_LEASE_MS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= COHORT_CMD_CLUSTER_SET,
		.doit		= cohort_nl_cluster_set_doit,
		.policy		= cohort_cluster_set_nl_policy,
		.maxattr	= COHORT_A_GENERATION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= COHORT_CMD_CLUSTER_DEL,
		.doit		= cohort_nl_cluster_del_doit,
		.policy		= cohort_cluster_del_nl_policy,
		.maxattr	= COHORT_A_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= COHORT_CMD_BUCKET_GET,
		.doit		= cohort_nl_bucket_get_doit,
		.policy		= cohort_bucket_get_nl_policy,
		.maxattr	= COHORT_A_NAME,
	},
	{
		.cmd		= COHORT_CMD_BUCKET_SET,
		.doit		= cohort_nl_bucket_set_doit,
		.policy		= cohort_bucket_set_nl_policy,
		.maxattr	= COHORT_A_STATES,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= COHORT_CMD_BUCKET_CHANGE,
		.doit		= cohort_nl_bucket_change_doit,
		.policy		= cohort_bucket_change_nl_policy,
		.maxattr	= COHORT_A_MASK,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= COHORT_CMD_LEASE_RENEW,
		.doit		= cohort_nl_lease_renew_doit,
		.policy		= cohort_lease_renew_nl_policy,
		.maxattr	= COHORT_A_GENERATION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= COHORT_CMD_CONTROL_CLAIM,
		.doit		= cohort_nl_control_claim_doit,
		.policy		= cohort_control_claim_nl_policy,
		.maxattr	= COHORT_A_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= COHORT_CMD_STATS_GET,
		.doit		= cohort_nl_stats_get_doit,
		.dumpit		= cohort_nl_stats_get_dumpit,
		.policy		= cohort_stats_get_nl_policy,
		.maxattr	= COHORT_A_NAME,
	},
};

const struct genl_multicast_group cohort_nl_mcgrps[1] = {
	[COHORT_NLGRP_EVENTS] = { .name = COHORT_MCGRP_EVENTS, },
};
