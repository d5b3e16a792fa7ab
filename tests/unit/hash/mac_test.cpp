// SPDX-License-Identifier: GPL-2.0-or-later
#include "cohort/mac.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace {

using Mac = std::array<std::uint8_t, COHORT_MAC_LEN>;

constexpr Mac kBroadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr Mac kGroup = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x20};
constexpr Mac kIgmp = {0x01, 0x00, 0x5e, 0x7f, 0x02, 0x32};
constexpr Mac kVendor = {0x00, 0x16, 0x3e, 0x01, 0x02, 0x03};
constexpr Mac kLocal = {0x02, 0xc0, 0xc0, 0x00, 0x02, 0x32};

TEST(Mac, MulticastModeTakesGroupsButNotBroadcast) {
    EXPECT_TRUE(cohort_mac_fits(COHORT_L2_MODE_MULTICAST, kGroup.data()));
    EXPECT_FALSE(cohort_mac_fits(COHORT_L2_MODE_MULTICAST, kBroadcast.data()));
    EXPECT_FALSE(cohort_mac_fits(COHORT_L2_MODE_MULTICAST, kLocal.data()));
}

TEST(Mac, UnicastModeTakesLocallyAdministeredOnes) {
    EXPECT_TRUE(cohort_mac_fits(COHORT_L2_MODE_UNICAST, kLocal.data()));
    EXPECT_FALSE(cohort_mac_fits(COHORT_L2_MODE_UNICAST, kVendor.data()));
    EXPECT_FALSE(cohort_mac_fits(COHORT_L2_MODE_UNICAST, kGroup.data()));
    EXPECT_FALSE(cohort_mac_fits(COHORT_L2_MODE_UNICAST, kBroadcast.data()));
}

TEST(Mac, IgmpModeTakesItsOwnRangeOnly) {
    EXPECT_TRUE(cohort_mac_fits(COHORT_L2_MODE_IGMP, kIgmp.data()));
    EXPECT_FALSE(cohort_mac_fits(COHORT_L2_MODE_IGMP, kGroup.data()));
}

TEST(Mac, DerivedOnesFitTheirMode) {
    const std::array<std::uint8_t, 4> vip = {192, 0, 2, 50};
    std::array<std::uint8_t, 16> vip6{};
    vip6[15] = 0x50;
    for (unsigned mode : {COHORT_L2_MODE_MULTICAST, COHORT_L2_MODE_IGMP, COHORT_L2_MODE_UNICAST}) {
        Mac mac{};
        cohort_mac_derive(mac.data(), mode, vip.data(), 4);
        EXPECT_TRUE(cohort_mac_fits(mode, mac.data())) << mode;
        cohort_mac_derive(mac.data(), mode, vip6.data(), 16);
        EXPECT_TRUE(cohort_mac_fits(mode, mac.data())) << mode;
    }
}

TEST(Mac, DerivedOnesCarryTheAddress) {
    const std::array<std::uint8_t, 4> vip = {192, 0, 2, 50};
    Mac mac{};
    cohort_mac_derive(mac.data(), COHORT_L2_MODE_MULTICAST, vip.data(), 4);
    EXPECT_EQ(mac, (Mac{0x03, 0xc0, 192, 0, 2, 50}));
    cohort_mac_derive(mac.data(), COHORT_L2_MODE_UNICAST, vip.data(), 4);
    EXPECT_EQ(mac, (Mac{0x02, 0xc0, 192, 0, 2, 50}));
    cohort_mac_derive(mac.data(), COHORT_L2_MODE_IGMP, vip.data(), 4);
    EXPECT_EQ(mac, (Mac{0x01, 0x00, 0x5e, 0x7f, 2, 50}));
}

}  // namespace
