// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/kernel/adoption.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace cohort::kernel {
namespace {

using netlink::BucketState;
using netlink::LeaseState;
using std::chrono::milliseconds;

ClusterKey key() {
    const std::string content = "a key of thirty-two bytes or so.";
    return *ClusterKey::from_content(
        std::span(reinterpret_cast<const std::uint8_t*>(content.data()), content.size()));
}

config::Address address() {
    config::Address address;
    address.name = "web";
    address.dev = "eth0";
    address.vips = {*parse_vip("192.0.2.50/24")};
    return address;
}

/// The cluster that the kernel has once it was asked for `spec`.
netlink::Cluster made_of(const netlink::ClusterSpec& spec) {
    netlink::Cluster cluster;
    cluster.name = spec.name;
    cluster.dev = *spec.dev;
    cluster.vips = spec.vips;
    cluster.mode = *spec.mode;
    cluster.function = *spec.function;
    cluster.key = spec.key;
    cluster.seed = spec.seed.value_or(0);
    cluster.buckets = *spec.buckets;
    cluster.l2 = *spec.l2;
    cluster.mac = spec.mac.value_or(Mac{3, 0, 0, 0, 0, 1});
    return cluster;
}

TEST(SpecOf, SiphashIsKeyedFromTheClusterKeyAndTheName) {
    const auto spec = spec_of(address(), key(), milliseconds{1000});
    ASSERT_TRUE(spec.key.has_value());
    EXPECT_FALSE(spec.seed.has_value());
    EXPECT_TRUE(std::ranges::equal(spec.key->bytes(), key().siphash_key("web").bytes()));
    EXPECT_EQ(spec.lease, milliseconds{1000});
}

TEST(SpecOf, ClusteripTakesTheSeed) {
    config::Address old = address();
    old.function = netlink::HashFunction::clusterip;
    old.seed = 7;
    const auto spec = spec_of(old, key(), milliseconds{1000});
    EXPECT_EQ(spec.seed, 7u);
    EXPECT_FALSE(spec.key.has_value());
}

TEST(Difference, IsNoneForWhatWasMadeFromTheSameSpec) {
    const auto spec = spec_of(address(), key(), milliseconds{1000});
    EXPECT_EQ(difference(made_of(spec), spec), "");
}

TEST(Difference, NamesEachSettingThatDiffers) {
    const auto spec = spec_of(address(), key(), milliseconds{1000});
    const std::vector<std::pair<std::string, std::function<void(netlink::Cluster&)>>> changes{
        {"dev eth1, not eth0", [](auto& c) { c.dev = "eth1"; }},
        {"other VIPs", [](auto& c) { c.vips = {*parse_vip("192.0.2.50/32")}; }},
        {"hash sourceip, not sourceip-sourceport",
         [](auto& c) { c.mode = netlink::HashMode::sourceip; }},
        {"function clusterip, not siphash",
         [](auto& c) { c.function = netlink::HashFunction::clusterip; }},
        {"another hash key", [](auto& c) { c.key = key_of_seed(1); }},
        {"another hash key", [](auto& c) { c.key.reset(); }},
        {"1024 buckets, not 4096", [](auto& c) { c.buckets = 1024; }},
        {"l2 unicast, not multicast", [](auto& c) { c.l2 = netlink::L2Mode::unicast; }},
    };
    for (const auto& [words, change] : changes) {
        netlink::Cluster other = made_of(spec);
        change(other);
        EXPECT_EQ(difference(other, spec), words);
    }
}

TEST(Difference, AnAutomaticMacFitsWhateverTheKernelChose) {
    const auto spec = spec_of(address(), key(), milliseconds{1000});
    netlink::Cluster other = made_of(spec);
    other.mac = {1, 2, 3, 4, 5, 6};
    EXPECT_EQ(difference(other, spec), "");
    auto fixed = spec;
    fixed.mac = Mac{1, 2, 3, 4, 5, 7};
    EXPECT_EQ(difference(other, fixed), "mac 01:02:03:04:05:06, not 01:02:03:04:05:07");
}

TEST(SameService, IsOfTheSameAddressesByTheSameHash) {
    const netlink::Cluster before = made_of(spec_of(address(), key(), milliseconds{1000}));
    netlink::Cluster later = before;
    later.epoch = 9;
    later.ifindex = 0;  // its device is gone
    later.lease_length = milliseconds{1};
    EXPECT_TRUE(same_service(later, before));
    const std::vector<std::function<void(netlink::Cluster&)>> changes{
        [](auto& c) { c.dev = "eth1"; },
        [](auto& c) { c.vips.push_back(*parse_vip("192.0.2.51/24")); },
        [](auto& c) { c.mode = netlink::HashMode::sourceip; },
        [](auto& c) { c.function = netlink::HashFunction::clusterip; },
        [](auto& c) { c.key = key_of_seed(1); },
        [](auto& c) { c.buckets = 1024; },
    };
    for (const auto& change : changes) {
        netlink::Cluster other = before;
        change(other);
        EXPECT_FALSE(same_service(other, before));
    }
}

TEST(SameService, OfClusteripIsBySeed) {
    config::Address old = address();
    old.function = netlink::HashFunction::clusterip;
    old.seed = 7;
    const netlink::Cluster before = made_of(spec_of(old, key(), milliseconds{1000}));
    netlink::Cluster other = before;
    EXPECT_TRUE(same_service(other, before)) << "without a key";
    other.seed = 8;
    EXPECT_FALSE(same_service(other, before));
}

netlink::BucketStates held(std::uint64_t epoch, milliseconds deadline,
                           std::vector<BucketState> states) {
    netlink::BucketStates cluster;
    cluster.epoch = epoch;
    cluster.states = std::move(states);
    cluster.lease.state = LeaseState::valid;
    cluster.lease.deadline = deadline;
    return cluster;
}

TEST(Merge, JoinsTheStatesInTheRowsOrder) {
    const auto all = merge({held(4, milliseconds{900}, {BucketState::own, BucketState::none}),
                            held(4, milliseconds{900}, {BucketState::adopt, BucketState::drain})});
    using enum core::Rights;
    EXPECT_EQ(all.states, (std::vector<core::Rights>{both, none, fresh, old}));
    EXPECT_EQ(all.epoch_counter, 4u);
    EXPECT_EQ(all.deadline, core::Time{milliseconds{900}});
}

TEST(Merge, TheEarliestDeadlineAndEpochCount) {
    const auto all = merge({held(5, milliseconds{900}, {BucketState::own}),
                            held(4, milliseconds{800}, {BucketState::own})});
    EXPECT_EQ(all.epoch_counter, 4u);
    EXPECT_EQ(all.deadline, core::Time{milliseconds{800}});
}

TEST(Merge, AClusterThatHoldsNothingHasNoSay) {
    const auto all = merge({held(5, milliseconds{900}, {BucketState::own}),
                            held(0, milliseconds{0}, {BucketState::none})});
    EXPECT_EQ(all.epoch_counter, 5u);
    EXPECT_EQ(all.deadline, core::Time{milliseconds{900}});
}

TEST(Merge, WithoutHoldingsTheHighestEpochIsKept) {
    const auto all = merge({held(5, milliseconds{900}, {BucketState::none}),
                            held(3, milliseconds{800}, {BucketState::none})});
    EXPECT_EQ(all.epoch_counter, 5u);
    EXPECT_EQ(all.deadline, core::Time{});
}

}  // namespace
}  // namespace cohort::kernel
