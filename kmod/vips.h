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
 * struct cohort_vip_key - an address of either family, to be compared
 * @hi: the first half of the IPv6 address as it lies in memory, or of ::ffff:a.b.c.d
 * @lo: the second half
 */
struct cohort_vip_key {
	u64 hi;
	u64 lo;
};

static inline struct cohort_vip_key cohort_vip_key_ipv6(const struct in6_addr *addr)
{
	struct cohort_vip_key key;

	memcpy(&key, addr, sizeof(key));
	return key;
}

/*
 * Whether @addr, of an IPv6 packet, may be looked up. A multicast address might
 * be taken for a VIP that is gone, ::ffff:a.b.c.d for one of IPv4.
 */
static inline bool cohort_vip_possible(const struct in6_addr *addr)
{
	return !ipv6_addr_is_multicast(addr) && !ipv6_addr_v4mapped(addr);
}

/* The same as of ::ffff:a.b.c.d, but it stays in registers. */
static inline struct cohort_vip_key cohort_vip_key_ipv4(__be32 addr)
{
	const u64 raw = (__force u32)addr;
	const u64 prefix = (__force u32)htonl(0xffff);

#ifdef __BIG_ENDIAN
	return (struct cohort_vip_key){ .lo = prefix << 32 | raw };
#else
	return (struct cohort_vip_key){ .lo = raw << 32 | prefix };
#endif
}

/**
 * struct cohort_vip - one virtual address, as it was configured
 * @addr: IPv6, or IPv4 as ::ffff:a.b.c.d
 * @prefix_len: kept for whoever manages the address
 */
struct cohort_vip {
	struct in6_addr addr;
	u8 prefix_len;
};

static inline bool cohort_vip_is_ipv4(const struct cohort_vip *vip)
{
	return ipv6_addr_v4mapped(&vip->addr);
}

/**
 * struct cohort_vip_slot - a place in the table
 * @hi: of the key; COHORT_VIP_GONE once the VIP left its cluster
 * @lo: of the key
 * @cluster: whose it is, NULL in an empty slot
 *
 * Aligned so that none lies across two cache lines.
 */
struct cohort_vip_slot {
	u64 hi;
	u64 lo;
	struct cohort_cluster *cluster;
} __aligned(32);

/* No address that is looked up begins so: it would be multicast, see cohort_vip_possible(). */
#define COHORT_VIP_GONE (~0ULL)

/**
 * struct cohort_vips - open addressing, at most half full
 * @rcu: frees the table after its last reader
 * @shift: of the hash, so that it is a slot's number
 * @mask: slots - 1
 * @slot: linear probing from the key's hash to the first empty one
 *
 * Adding builds a new table. Removing marks slots in the old one, because it must not fail.
 */
struct cohort_vips {
	struct rcu_head rcu;
	unsigned int shift;
	unsigned int mask;
	struct cohort_vip_slot slot[];
};

static inline unsigned int cohort_vips_start(const struct cohort_vips *vips,
					     struct cohort_vip_key key)
{
	return ((key.hi ^ key.lo) * GOLDEN_RATIO_64) >> vips->shift;
}

/* The cluster that @key belongs to, or NULL. Context: RCU, or the lock of the namespace. */
static inline struct cohort_cluster *cohort_vips_find(const struct cohort_vips *vips,
						      struct cohort_vip_key key)
{
	unsigned int i = cohort_vips_start(vips, key);

	for (;; i = (i + 1) & vips->mask) {
		const struct cohort_vip_slot *slot = &vips->slot[i];

		if (likely(slot->lo == key.lo && READ_ONCE(slot->hi) == key.hi))
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
