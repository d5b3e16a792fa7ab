// SPDX-License-Identifier: GPL-2.0-or-later
#include "cohort/limits.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace {

TEST(Name, TakesLowerCaseDigitsDashAndUnderscore) {
    for (const char* name : {"a", "web", "web-1", "db_2", "0", "-", "_"})
        EXPECT_TRUE(cohort_name_ok(name)) << name;
    EXPECT_TRUE(cohort_name_ok(std::string(COHORT_NAME_MAX, 'x').c_str()));
}

TEST(Name, RefusesAnythingElse) {
    for (const char* name : {"", "Web", "web.1", "web 1", "web/1", "w\xc3\xa9", "web\n"})
        EXPECT_FALSE(cohort_name_ok(name)) << name;
    EXPECT_FALSE(cohort_name_ok(std::string(COHORT_NAME_MAX + 1, 'x').c_str()));
}

TEST(States, HoldEachBucketApart) {
    constexpr std::uint32_t kBuckets = 1001;
    std::vector<std::uint8_t> states(cohort_states_len(kBuckets));
    std::vector<unsigned> expected(kBuckets);
    EXPECT_EQ(states.size(), 251U);
    std::mt19937 random(1);
    for (int round = 0; round < 20000; ++round) {
        const auto bucket = static_cast<std::uint32_t>(random() % kBuckets);
        const auto state = static_cast<unsigned>(random() % 4);
        cohort_states_put(states.data(), bucket, state);
        expected[bucket] = state;
    }
    for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket)
        EXPECT_EQ(cohort_states_get(states.data(), bucket), expected[bucket]) << bucket;
}

TEST(States, LieAsTheInterfaceSays) {
    std::array<std::uint8_t, 2> states{};
    cohort_states_put(states.data(), 0, COHORT_BUCKET_STATE_OWN);
    cohort_states_put(states.data(), 3, COHORT_BUCKET_STATE_ADOPT);
    cohort_states_put(states.data(), 5, COHORT_BUCKET_STATE_DRAIN);
    EXPECT_EQ(states[0], 0x43);
    EXPECT_EQ(states[1], 0x08);
}

TEST(Mask, IsABitABucket) {
    const std::array<std::uint8_t, 2> mask = {0x81, 0x02};
    for (std::uint32_t bucket = 0; bucket < 16; ++bucket)
        EXPECT_EQ(cohort_mask_has(mask.data(), bucket) != 0,
                  bucket == 0 || bucket == 7 || bucket == 9);
    EXPECT_EQ(cohort_mask_len(1), 1U);
    EXPECT_EQ(cohort_mask_len(8), 1U);
    EXPECT_EQ(cohort_mask_len(9), 2U);
}

}  // namespace
