// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/address.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cohort::netlink {
namespace {

TEST(Holder, OnlyAMarkedOneOnItsDeviceIsOurs) {
    EXPECT_TRUE(is_placed_on("eth0", {"eth0", 32, true}));
    EXPECT_FALSE(is_placed_on("eth0", {"eth0", 32, false}));
    EXPECT_FALSE(is_placed_on("eth0", {"lo", 32, true})) << "left by a run with another device";
    EXPECT_FALSE(is_placed_on("eth0", {"lo", 32, false}));
}

TEST(Holder, IsRemovedByItsOwnPrefixAndDevice) {
    EXPECT_EQ(removal_command(*parse_ip_address("192.0.2.50"), {"lo", 32, false}),
              "ip addr del 192.0.2.50/32 dev lo");
    EXPECT_EQ(removal_command(*parse_ip_address("2001:db8::50"), {"eth1", 64, false}),
              "ip addr del 2001:db8::50/64 dev eth1");
}

/// Of the namespace that the test runs in.
TEST(AddressClient, FindsTheHoldersOnWhateverDevice) {
    auto client = AddressClient::open();
    ASSERT_TRUE(client) << client.error().message;
    const auto all = client->list();
    ASSERT_TRUE(all);
    for (const HeldAddress& one : *all) {
        const auto holders = client->holders(one.address);
        ASSERT_TRUE(holders) << holders.error().message;
        EXPECT_TRUE(std::ranges::any_of(*holders, [&](const Holder& holder) {
            const auto index = client->device_index(holder.dev);
            return index && *index == one.index && holder.prefix_len == one.prefix_len;
        })) << format_address(one.address);
    }
    const auto none = client->holders(*parse_ip_address("192.0.2.50"));
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
}

}  // namespace
}  // namespace cohort::netlink
