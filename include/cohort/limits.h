/* SPDX-License-Identifier: GPL-2.0-only OR GPL-2.0-or-later */
/*
 * What a name, and a table of bucket states, may look like. Pure, for the
 * kernel and user space alike; the numbers themselves are in <linux/cohort.h>.
 */
#ifndef COHORT_LIMITS_H
#define COHORT_LIMITS_H

#include <linux/cohort.h>
#include <linux/types.h>

/* Nonzero if @name is 1 .. COHORT_NAME_MAX of a-z 0-9 - _ */
static inline int cohort_name_ok(const char *name)
{
	unsigned int len;

	for (len = 0; name[len]; len++) {
		const char c = name[len];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return 0;
	}
	return len >= 1 && len <= COHORT_NAME_MAX;
}

/* Bytes of COHORT_A_STATES: two bits a bucket. */
static inline __u32 cohort_states_len(__u32 buckets)
{
	return (buckets + 3) / 4;
}

/* Bytes of COHORT_A_MASK: one bit a bucket. */
static inline __u32 cohort_mask_len(__u32 buckets)
{
	return (buckets + 7) / 8;
}

/* The enum cohort_bucket_state of @bucket in a table laid out as COHORT_A_STATES. */
static inline unsigned int cohort_states_get(const __u8 *states, __u32 bucket)
{
	return states[bucket / 4] >> (2 * (bucket % 4)) & 3U;
}

static inline void cohort_states_put(__u8 *states, __u32 bucket, unsigned int state)
{
	const unsigned int shift = 2 * (bucket % 4);

	states[bucket / 4] = (__u8)((states[bucket / 4] & ~(3U << shift)) | (state & 3U) << shift);
}

/* Whether @bucket is set in a mask laid out as COHORT_A_MASK. */
static inline int cohort_mask_has(const __u8 *mask, __u32 bucket)
{
	return mask[bucket / 8] >> (bucket % 8) & 1;
}

#endif /* COHORT_LIMITS_H */
