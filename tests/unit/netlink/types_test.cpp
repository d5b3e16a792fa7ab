// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/types.hpp"

#include "ctl/netlink/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/cohort.h>

namespace cohort::netlink {
namespace {

TEST(Words, AreThoseOfTheCommandLine) {
    for (const char* word : {"sourceip", "sourceip-sourceport", "sourceip-sourceport-destport"})
        EXPECT_EQ(to_string(parse_hash_mode(word).value()), word);
    for (const char* word : {"siphash", "clusterip"})
        EXPECT_EQ(to_string(parse_hash_function(word).value()), word);
    for (const char* word : {"multicast", "igmp", "unicast"})
        EXPECT_EQ(to_string(parse_l2_mode(word).value()), word);
    EXPECT_EQ(to_string(LeaseState::fixed), "static");
    EXPECT_EQ(to_string(BucketState::drain), "drain");
    EXPECT_EQ(to_string(EventKind::device_back), "device-back");
}

TEST(Words, ARefusalNamesThoseThatWouldBeRight) {
    EXPECT_EQ(parse_hash_mode("sourceport").error().message,
              "hash mode 'sourceport' is not one of sourceip, sourceip-sourceport, "
              "sourceip-sourceport-destport");
    EXPECT_FALSE(parse_hash_function(""));
    EXPECT_FALSE(parse_l2_mode("Unicast"));
}

TEST(Words, ANumberOfANewerKernelIsUnknown) {
    EXPECT_EQ(to_string(static_cast<EventKind>(1000)), "unknown");
    EXPECT_EQ(to_string(static_cast<LeaseState>(0xffffffff)), "unknown");
}

TEST(Words, EveryAttributeHasAName) {
    for (int attribute = COHORT_A_NAME; attribute <= COHORT_A_MAX; ++attribute)
        EXPECT_NE(attribute_name(attribute), "") << attribute;
    EXPECT_EQ(attribute_name(-1), "");
    EXPECT_EQ(attribute_name(COHORT_A_MAX + 1), "");
}

TEST(BootClock, NeverGoesBack) {
    const BootInstant before = boot_now();
    EXPECT_GT(before.count(), 0);
    EXPECT_LE(before, boot_now());
}

}  // namespace
}  // namespace cohort::netlink
