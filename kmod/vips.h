/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a destination address to the cluster that it belongs to: one table a
 * device, of both address families. A lookup costs the same for one VIP and
 * for thousands.
 */
#ifndef _COHORT_VIPS_H
#define _COHORT_VIPS_H

#include <linux/hash.h>
#include <linux/rcupdate.h>
#include <net/ipv6.h>

struct cohort_cluster;
struct list_head;

/**
 * union cohort_vip_key - an address of either family
 * @addr: IPv6, or IPv4 as ::ffff:a.b.c.d
 * @word: the same, to compare
 */
union cohort_vip_key {
	struct in6_addr addr;
	u64 word[2];
};

static inline union cohort_vip_key cohort_vip_key_ipv4(__be32 addr)
{
	union cohort_vip_key key;

	ipv6_addr_set_v4mapped(addr, &key.addr);
	return key;
}

/**
 * struct cohort_vip - one virtual address, as it was configured
 * @key: the address
 * @prefix_len: kept for whoever manages the address
 */
struct cohort_vip {
	union cohort_vip_key key;
	u8 prefix_len;
};

static inline bool cohort_vip_is_ipv4(const struct cohort_vip *vip)
{
	return ipv6_addr_v4mapped(&vip->key.addr);
}

/**
 * struct cohort_vip_slot - a place in the table
 * @word: the key; word[0] is COHORT_VIP_GONE once the VIP left its cluster
 * @cluster: whose it is, NULL in an empty slot
 */
struct cohort_vip_slot {
	u64 word[2];
	struct cohort_cluster *cluster;
};

/* No address of a packet begins so: as IPv6 it would be multicast, which no one looks up. */
#define COHORT_VIP_GONE (~0ULL)

/**
 * struct cohort_vips - open addressing, at most half full
 * @rcu: frees the table after its last reader
 * @bits: it has 1 << bits slots
 * @slot: linear probing from the key's hash to the first empty one
 *
 * Adding builds a new table. Removing marks slots in the old one, because it must not fail.
 */
struct cohort_vips {
	struct rcu_head rcu;
	unsigned int bits;
	struct cohort_vip_slot slot[];
};

static inline unsigned int cohort_vips_start(const struct cohort_vips *vips,
					     const union cohort_vip_key *key)
{
	return hash_64(key->word[0] ^ key->word[1], vips->bits);
}

/* The cluster that @key belongs to, or NULL. Context: RCU, or the lock of the namespace. */
static inline struct cohort_cluster *cohort_vips_find(const struct cohort_vips *vips,
						      const union cohort_vip_key *key)
{
	const unsigned int mask = (1U << vips->bits) - 1;
	unsigned int i = cohort_vips_start(vips, key);

	for (;; i = (i + 1) & mask) {
		const struct cohort_vip_slot *slot = &vips->slot[i];

		if (READ_ONCE(slot->word[0]) == key->word[0] && slot->word[1] == key->word[1])
			return slot->cluster;
		if (!slot->cluster)
			return NULL;
	}
}

struct cohort_vips *cohort_vips_build(const struct list_head *clusters,
				      const struct cohort_cluster *except, unsigned int spare);
void cohort_vips_insert(struct cohort_vips *vips, struct cohort_cluster *cluster,
			const struct cohort_vip *list, unsigned int count);
void cohort_vips_remove(struct cohort_vips *vips, const struct cohort_cluster *cluster);
void cohort_vips_free(struct cohort_vips *vips);

#endif /* _COHORT_VIPS_H */
