// SPDX-License-Identifier: GPL-2.0-or-later
//
// The pure headers as a C compiler sees them, for the tests to compare with.
#include "tests/unit/hash/pure_c.h"

#include "cohort/hash.h"
#include "cohort/limits.h"
#include "cohort/mac.h"

uint32_t c_hash_ipv4(const struct cohort_hash* hash, uint32_t src, uint16_t sport, uint16_t dport) {
    return cohort_hash_ipv4(hash, src, sport, dport);
}

uint32_t c_hash_ipv6(const struct cohort_hash* hash, const uint32_t src[4], uint16_t sport,
                     uint16_t dport) {
    return cohort_hash_ipv6(hash, src, sport, dport);
}

uint32_t c_hash_bucket(uint32_t value, uint32_t buckets) {
    return cohort_hash_bucket(value, buckets);
}
