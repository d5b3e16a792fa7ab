/* SPDX-License-Identifier: GPL-2.0-only */
/* A cluster's configuration on its way from a request: read, completed, checked. */
#ifndef _COHORT_CONFIG_H
#define _COHORT_CONFIG_H

#include <cohort/hash.h>
#include <linux/if.h>
#include <linux/if_ether.h>

struct cohort_cluster;
struct cohort_vip;
struct genl_info;

/**
 * struct cohort_config - all that can be configured of a cluster
 * @keeper: of a kept cluster, else NULL
 * @ifname: its device
 * @vips: its addresses; owned, see cohort_config_release()
 * @vip_count: of them
 * @hash: mode, function, key, seed, buckets
 * @l2_mode: enum cohort_l2_mode
 * @mac: its MAC address
 * @lease_ms: default length of a lease, 0 for none
 */
struct cohort_config {
	const char *keeper;
	char ifname[IFNAMSIZ];
	struct cohort_vip *vips;
	unsigned int vip_count;
	struct cohort_hash hash;
	u8 l2_mode;
	u8 mac[ETH_ALEN];
	u32 lease_ms;
};

int cohort_config_new(struct cohort_config *config, struct genl_info *info);
int cohort_config_set(struct cohort_config *config, const struct cohort_cluster *cluster,
		      struct genl_info *info);
bool cohort_config_has_ipv6(const struct cohort_config *config);
void cohort_config_release(struct cohort_config *config);

#endif /* _COHORT_CONFIG_H */
