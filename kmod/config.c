// SPDX-License-Identifier: GPL-2.0-only

#include <cohort/limits.h>
#include <cohort/mac.h>
#include <linux/inet.h>
#include <linux/ipv6.h>
#include <net/genetlink.h>

#include "cluster.h"
#include "config.h"
#include "flow.h"
#include "netdev.h"
#include "netlink_gen.h"

static int vip_ipv4(struct cohort_vip *vip, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	const __be32 addr = nla_get_in_addr(tb[COHORT_A_VIP_ADDRESS]);
	u32 prefix_len = 32;

	if (ipv4_is_zeronet(addr) || ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
	    ipv4_is_loopback(addr)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[COHORT_A_VIP_ADDRESS],
				    "a VIP is a unicast address, and not a loopback one");
		return -EINVAL;
	}
	if (tb[COHORT_A_VIP_PREFIX_LEN])
		prefix_len = nla_get_u32(tb[COHORT_A_VIP_PREFIX_LEN]);
	if (prefix_len < 1 || prefix_len > 32) {
		NL_SET_ERR_MSG_ATTR(extack, tb[COHORT_A_VIP_PREFIX_LEN],
				    "the prefix of an IPv4 VIP has 1 to 32 bits");
		return -EINVAL;
	}
	ipv6_addr_set_v4mapped(addr, &vip->addr);
	vip->prefix_len = prefix_len;
	return 0;
}

/* A link-local one is out: the kernel might take it for its own, and it differs by device. */
static int vip_ipv6(struct cohort_vip *vip, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	const struct in6_addr addr = nla_get_in6_addr(tb[COHORT_A_VIP_ADDRESS]);
	u32 prefix_len = 128;

	if (!COHORT_IPV6 || !ipv6_mod_enabled()) {
		NL_SET_ERR_MSG_ATTR(extack, tb[COHORT_A_VIP_ADDRESS],
				    "this kernel runs without IPv6");
		return -EAFNOSUPPORT;
	}
	if (ipv6_addr_any(&addr) || ipv6_addr_loopback(&addr) || ipv6_addr_is_multicast(&addr) ||
	    ipv6_addr_v4mapped(&addr) || ipv6_addr_type(&addr) & IPV6_ADDR_LINKLOCAL) {
		NL_SET_ERR_MSG_ATTR(
			extack, tb[COHORT_A_VIP_ADDRESS],
			"a VIP is a unicast address, and not a loopback or link-local one");
		return -EINVAL;
	}
	if (tb[COHORT_A_VIP_PREFIX_LEN])
		prefix_len = nla_get_u32(tb[COHORT_A_VIP_PREFIX_LEN]);
	if (prefix_len < 1 || prefix_len > 128) {
		NL_SET_ERR_MSG_ATTR(extack, tb[COHORT_A_VIP_PREFIX_LEN],
				    "the prefix of an IPv6 VIP has 1 to 128 bits");
		return -EINVAL;
	}
	vip->addr = addr;
	vip->prefix_len = prefix_len;
	return 0;
}

static int vip_parse(struct cohort_vip *vip, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[COHORT_A_VIP_PREFIX_LEN + 1];
	int err;

	err = nla_parse_nested(tb, COHORT_A_VIP_PREFIX_LEN, attr, cohort_vip_nl_policy, extack);
	if (err)
		return err;
	if (!tb[COHORT_A_VIP_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the VIP has no address");
		return -EINVAL;
	}
	switch (nla_len(tb[COHORT_A_VIP_ADDRESS])) {
	case sizeof(struct in_addr):
		return vip_ipv4(vip, tb, extack);
	case sizeof(struct in6_addr):
		return vip_ipv6(vip, tb, extack);
	default:
		NL_SET_ERR_MSG_ATTR(extack, tb[COHORT_A_VIP_ADDRESS],
				    "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
}

static bool vip_listed(const struct cohort_vip *list, unsigned int count,
		       const struct cohort_vip *vip)
{
	while (count--)
		if (ipv6_addr_equal(&list[count].addr, &vip->addr))
			return true;
	return false;
}

/* Append the VIP of @attr to the configuration, whose array holds COHORT_VIPS_MAX. */
static int vip_append(struct cohort_config *config, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct cohort_vip *vip = &config->vips[config->vip_count];
	int err;

	if (config->vip_count == COHORT_VIPS_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a cluster has at most " __stringify(COHORT_VIPS_MAX) " VIPs");
		return -E2BIG;
	}
	err = vip_parse(vip, attr, extack);
	if (err)
		return err;
	if (vip_listed(config->vips, config->vip_count, vip)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "this VIP is given twice");
		return -EINVAL;
	}
	config->vip_count++;
	return 0;
}

/* Replace the configuration's VIPs by those of the request. */
static int config_vips(struct cohort_config *config, struct genl_info *info)
{
	const struct nlattr *attr;
	int rem, err;

	config->vip_count = 0;
	nla_for_each_attr(attr, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rem) {
		if (nla_type(attr) != COHORT_A_VIP)
			continue;
		err = vip_append(config, attr, info->extack);
		if (err)
			return err;
	}
	return 0;
}

static int config_hash(struct cohort_hash *hash, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[COHORT_A_HASH_MODE])
		hash->mode = nla_get_u32(attrs[COHORT_A_HASH_MODE]);
	if (attrs[COHORT_A_HASH_FUNCTION])
		hash->function = nla_get_u32(attrs[COHORT_A_HASH_FUNCTION]);
	if (attrs[COHORT_A_BUCKETS])
		hash->buckets = nla_get_u32(attrs[COHORT_A_BUCKETS]);
	if (attrs[COHORT_A_HASH_KEY]) {
		if (hash->function != COHORT_HASH_FUNCTION_SIPHASH) {
			NL_SET_ERR_MSG_ATTR(info->extack, attrs[COHORT_A_HASH_KEY],
					    "only siphash has a key; clusterip takes a seed");
			return -EINVAL;
		}
		cohort_hash_set_key(hash, nla_data(attrs[COHORT_A_HASH_KEY]));
	}
	if (attrs[COHORT_A_HASH_SEED]) {
		if (hash->function != COHORT_HASH_FUNCTION_CLUSTERIP) {
			NL_SET_ERR_MSG_ATTR(info->extack, attrs[COHORT_A_HASH_SEED],
					    "only clusterip has a seed; siphash takes a key");
			return -EINVAL;
		}
		hash->seed = nla_get_u32(attrs[COHORT_A_HASH_SEED]);
	}
	return 0;
}

static int mac_check(const struct cohort_config *config, struct genl_info *info)
{
	if (cohort_mac_fits(config->l2_mode, config->mac))
		return 0;
	NL_SET_BAD_ATTR(info->extack, info->attrs[COHORT_A_MAC] ?: info->attrs[COHORT_A_L2_MODE]);
	switch (config->l2_mode) {
	case COHORT_L2_MODE_MULTICAST:
		NL_SET_ERR_MSG(info->extack,
			       "L2 mode multicast takes a group MAC other than broadcast");
		break;
	case COHORT_L2_MODE_IGMP:
		NL_SET_ERR_MSG(
			info->extack,
			"L2 mode igmp takes a MAC of 01:00:5e:7f:00:00 to 01:00:5e:7f:ff:ff");
		break;
	case COHORT_L2_MODE_UNICAST:
		NL_SET_ERR_MSG(info->extack,
			       "L2 mode unicast takes a locally administered unicast MAC");
		break;
	}
	return -EINVAL;
}

/* A MAC that was not given is derived anew when the mode that it must fit changes. */
static int config_l2(struct cohort_config *config, struct genl_info *info, bool derive)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[COHORT_A_L2_MODE]) {
		const u32 l2_mode = nla_get_u32(attrs[COHORT_A_L2_MODE]);

		derive |= l2_mode != config->l2_mode;
		config->l2_mode = l2_mode;
	}
	if (attrs[COHORT_A_MAC])
		ether_addr_copy(config->mac, nla_data(attrs[COHORT_A_MAC]));
	else if (derive)
		cohort_mac_derive(config->mac, config->l2_mode, config->vips[0].addr.s6_addr,
				  sizeof(struct in6_addr));
	return mac_check(config, info);
}

bool cohort_config_has_ipv6(const struct cohort_config *config)
{
	unsigned int i;

	for (i = 0; i < config->vip_count; i++)
		if (!cohort_vip_is_ipv4(&config->vips[i]))
			return true;
	return false;
}

static int function_check(const struct cohort_config *config, struct genl_info *info)
{
	if (config->hash.function != COHORT_HASH_FUNCTION_CLUSTERIP ||
	    !cohort_config_has_ipv6(config))
		return 0;
	NL_SET_BAD_ATTR(info->extack,
			info->attrs[COHORT_A_HASH_FUNCTION] ?: info->attrs[COHORT_A_VIP]);
	NL_SET_ERR_MSG(info->extack, "clusterip knows IPv4 alone; IPv6 VIPs take siphash");
	return -EINVAL;
}

/* Take over what the request gives; the rest of @config stays. */
static int config_read(struct cohort_config *config, struct genl_info *info, bool derive)
{
	struct nlattr **attrs = info->attrs;
	int err;

	if (attrs[COHORT_A_IFNAME])
		nla_strscpy(config->ifname, attrs[COHORT_A_IFNAME], IFNAMSIZ);
	if (attrs[COHORT_A_LEASE_MS])
		config->lease_ms = nla_get_u32(attrs[COHORT_A_LEASE_MS]);
	err = config_hash(&config->hash, info);
	if (!err && attrs[COHORT_A_VIP])
		err = config_vips(config, info);
	if (!err)
		err = function_check(config, info);
	if (!err)
		err = config_l2(config, info, derive);
	return err;
}

/**
 * cohort_config_new() - the configuration of a new cluster
 * @config: out; to be released, unless this fails
 * @info: the request
 *
 * Context: may sleep. Return: 0, or an error that extack explains.
 */
int cohort_config_new(struct cohort_config *config, struct genl_info *info)
{
	int err;

	memset(config, 0, sizeof(*config));
	config->hash.mode = COHORT_HASH_MODE_SOURCEIP_SOURCEPORT;
	config->hash.buckets = COHORT_BUCKETS_DEFAULT;
	if (GENL_REQ_ATTR_CHECK(info, COHORT_A_IFNAME)) {
		NL_SET_ERR_MSG(info->extack, "a new cluster needs a device");
		return -EINVAL;
	}
	if (GENL_REQ_ATTR_CHECK(info, COHORT_A_VIP)) {
		NL_SET_ERR_MSG(info->extack, "a new cluster needs a VIP");
		return -EINVAL;
	}
	config->vips = kcalloc(COHORT_VIPS_MAX, sizeof(*config->vips), GFP_KERNEL);
	if (!config->vips)
		return -ENOMEM;
	err = config_read(config, info, true);
	if (err)
		cohort_config_release(config);
	return err;
}

/**
 * cohort_config_set() - the present configuration of a cluster, with a request's changes
 * @config: out; to be released, unless this fails
 * @cluster: the cluster
 * @info: the request
 *
 * The MAC changes only if it is given, or if the L2 mode becomes another.
 *
 * Context: the namespace's lock; may sleep. Return: 0, or an error that extack explains.
 */
int cohort_config_set(struct cohort_config *config, const struct cohort_cluster *cluster,
		      struct genl_info *info)
{
	const struct cohort_table *table = cohort_cluster_table(cluster);
	int err;

	memset(config, 0, sizeof(*config));
	strscpy(config->ifname, cluster->netdev->ifname, IFNAMSIZ);
	config->hash = table->hash;
	config->l2_mode = cluster->l2_mode;
	ether_addr_copy(config->mac, table->mac);
	config->lease_ms = cluster->lease_ms;
	config->vips = kcalloc(COHORT_VIPS_MAX, sizeof(*config->vips), GFP_KERNEL);
	if (!config->vips)
		return -ENOMEM;
	memcpy(config->vips, cluster->vips, cluster->vip_count * sizeof(*config->vips));
	config->vip_count = cluster->vip_count;
	err = config_read(config, info, false);
	if (err)
		cohort_config_release(config);
	return err;
}

/* Free what the configuration owns; what was taken over from it is NULL by then. */
void cohort_config_release(struct cohort_config *config)
{
	kfree(config->vips);
	config->vips = NULL;
}
