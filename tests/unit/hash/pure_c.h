// SPDX-License-Identifier: GPL-2.0-or-later
//
// What pure_c.c offers to the tests in C++.
#ifndef COHORT_TESTS_PURE_C_H
#define COHORT_TESTS_PURE_C_H

#include <stdint.h>

struct cohort_hash;

#ifdef __cplusplus
extern "C" {
#endif

uint32_t c_hash_ipv4(const struct cohort_hash* hash, uint32_t src, uint16_t sport, uint16_t dport);
uint32_t c_hash_ipv6(const struct cohort_hash* hash, const uint32_t src[4], uint16_t sport,
                     uint16_t dport);
uint32_t c_hash_bucket(uint32_t value, uint32_t buckets);

#ifdef __cplusplus
}
#endif

#endif
