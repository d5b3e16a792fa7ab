/* SPDX-License-Identifier: GPL-2.0-only OR GPL-2.0-or-later */
/*
 * From a packet's addresses and ports to its bucket. Pure: no allocation, no
 * state; the same code in the kernel, in C and in C++20 user space.
 *
 * All nodes of a cluster must agree on every result, whatever their word size
 * and endianness: what is computed here is part of the protocol between nodes
 * and never changes.
 */
#ifndef COHORT_HASH_H
#define COHORT_HASH_H

#include <linux/cohort.h>
#include <linux/types.h>

/**
 * struct cohort_hash - how the packets of a cluster are hashed
 * @key: SipHash's key as two words, see cohort_hash_set_key()
 * @seed: jhash's initial value, for COHORT_HASH_FUNCTION_CLUSTERIP
 * @buckets: their count, 1 .. COHORT_BUCKETS_MAX
 * @mode: enum cohort_hash_mode
 * @function: enum cohort_hash_function
 */
struct cohort_hash {
	__u64 key[2];
	__u32 seed;
	__u32 buckets;
	__u8 mode;
	__u8 function;
};

/* The number whose little-endian representation lies in memory as @raw does. */
static __always_inline __u32 cohort_le32(__u32 raw)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_bswap32(raw);
#else
	return raw;
#endif
}

/* The number whose big-endian representation lies in memory as @raw does. */
static __always_inline __u32 cohort_be32(__u32 raw)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return raw;
#else
	return __builtin_bswap32(raw);
#endif
}

/* Two ports in network order, as the four bytes sport, dport, read little-endian. */
static __always_inline __u32 cohort_port_bytes(__u16 sport, __u16 dport)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (__u32)__builtin_bswap16(dport) << 16 | __builtin_bswap16(sport);
#else
	return (__u32)dport << 16 | sport;
#endif
}

/* Take SipHash's 16 key bytes as its paper does: two little-endian words. */
static __always_inline void cohort_hash_set_key(struct cohort_hash *hash,
						const __u8 key[COHORT_KEY_LEN])
{
	int word, byte;

	for (word = 0; word < 2; word++) {
		hash->key[word] = 0;
		for (byte = 7; byte >= 0; byte--)
			hash->key[word] = hash->key[word] << 8 | key[8 * word + byte];
	}
}

/* The inverse of cohort_hash_set_key(). */
static __always_inline void cohort_hash_get_key(const struct cohort_hash *hash,
						__u8 key[COHORT_KEY_LEN])
{
	int i;

	for (i = 0; i < COHORT_KEY_LEN; i++)
		key[i] = (__u8)(hash->key[i / 8] >> (8 * (i % 8)));
}

/*
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"):
 * one round a word of the message, three at the end.
 */
struct cohort_siphash {
	__u64 v0, v1, v2, v3;
};

static __always_inline __u64 cohort_rol64(__u64 word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

static __always_inline void cohort_siphash_round(struct cohort_siphash *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = cohort_rol64(s->v1, 13) ^ s->v0;
	s->v3 = cohort_rol64(s->v3, 16) ^ s->v2;
	s->v0 = cohort_rol64(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = cohort_rol64(s->v1, 17) ^ s->v2;
	s->v3 = cohort_rol64(s->v3, 21) ^ s->v0;
	s->v2 = cohort_rol64(s->v2, 32);
}

static __always_inline void cohort_siphash_start(struct cohort_siphash *s, const __u64 key[2])
{
	s->v0 = key[0] ^ 0x736f6d6570736575ULL;
	s->v1 = key[1] ^ 0x646f72616e646f6dULL;
	s->v2 = key[0] ^ 0x6c7967656e657261ULL;
	s->v3 = key[1] ^ 0x7465646279746573ULL;
}

static __always_inline void cohort_siphash_word(struct cohort_siphash *s, __u64 word)
{
	s->v3 ^= word;
	cohort_siphash_round(s);
	s->v0 ^= word;
}

/* @tail: the message's last len % 8 bytes, little-endian. */
static __always_inline __u64 cohort_siphash_finish(struct cohort_siphash *s, __u64 tail, __u8 len)
{
	cohort_siphash_word(s, tail | (__u64)len << 56);
	s->v2 ^= 0xff;
	cohort_siphash_round(s);
	cohort_siphash_round(s);
	cohort_siphash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static __always_inline __u32 cohort_rol32(__u32 word, unsigned int bits)
{
	return word << bits | word >> (32 - bits);
}

/*
 * jhash of @words (1 .. 3) words, as the CLUSTERIP target of Linux up to 6.2
 * computed it: only the final mix of Bob Jenkins' lookup3, since no more than
 * three words ever go in.
 */
static __always_inline __u32 cohort_jhash(__u32 a, __u32 b, __u32 c, __u32 words, __u32 seed)
{
	const __u32 start = 0xdeadbeefU + (words << 2) + seed;

	a += start;
	b += start;
	c += start;
	c = (c ^ b) - cohort_rol32(b, 14);
	a = (a ^ c) - cohort_rol32(c, 11);
	b = (b ^ a) - cohort_rol32(a, 25);
	c = (c ^ b) - cohort_rol32(b, 16);
	a = (a ^ c) - cohort_rol32(c, 4);
	b = (b ^ a) - cohort_rol32(a, 14);
	c = (c ^ b) - cohort_rol32(b, 24);
	return c;
}

/**
 * cohort_hash_ipv4() - hash of a packet, before it is scaled to a bucket
 * @hash: how
 * @src: source address, as it lies in the packet (network order)
 * @sport: source port likewise; 0 for a protocol without ports
 * @dport: destination port likewise
 *
 * siphash: of the eight bytes src, sport, dport in network order; a port that
 * the mode leaves out is 0.
 * clusterip: the old target read the ports as they lie in memory, so that
 * nodes of different endianness disagree in the port modes. So do these,
 * or old and new nodes could not share a cluster.
 */
static __always_inline __u32 cohort_hash_ipv4(const struct cohort_hash *hash, __u32 src,
					      __u16 sport, __u16 dport)
{
	struct cohort_siphash s;

	if (hash->mode == COHORT_HASH_MODE_SOURCEIP)
		sport = 0;
	if (hash->mode != COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT)
		dport = 0;
	if (hash->function == COHORT_HASH_FUNCTION_CLUSTERIP)
		return cohort_jhash(cohort_be32(src), sport, dport, 1U + hash->mode, hash->seed);
	cohort_siphash_start(&s, hash->key);
	cohort_siphash_word(&s, (__u64)cohort_port_bytes(sport, dport) << 32 | cohort_le32(src));
	return (__u32)cohort_siphash_finish(&s, 0, 8);
}

/**
 * cohort_hash_ipv6() - the same for IPv6, whose function is always siphash
 * @hash: how
 * @src: source address as it lies in the packet, four words
 * @sport: as for cohort_hash_ipv4()
 * @dport: as for cohort_hash_ipv4()
 *
 * Of the twenty bytes src, sport, dport in network order.
 */
static __always_inline __u32 cohort_hash_ipv6(const struct cohort_hash *hash, const __u32 src[4],
					      __u16 sport, __u16 dport)
{
	struct cohort_siphash s;

	if (hash->mode == COHORT_HASH_MODE_SOURCEIP)
		sport = 0;
	if (hash->mode != COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT)
		dport = 0;
	cohort_siphash_start(&s, hash->key);
	cohort_siphash_word(&s, (__u64)cohort_le32(src[1]) << 32 | cohort_le32(src[0]));
	cohort_siphash_word(&s, (__u64)cohort_le32(src[3]) << 32 | cohort_le32(src[2]));
	return (__u32)cohort_siphash_finish(&s, cohort_port_bytes(sport, dport), 20);
}

/**
 * cohort_hash_bucket() - scale a hash to 0 .. buckets - 1
 * @value: of cohort_hash_ipv4() or cohort_hash_ipv6()
 * @buckets: their count
 *
 * Takes the high bits, as CLUSTERIP did: its node number is this, plus 1.
 */
static __always_inline __u32 cohort_hash_bucket(__u32 value, __u32 buckets)
{
	return (__u32)((__u64)value * buckets >> 32);
}

#endif /* COHORT_HASH_H */
