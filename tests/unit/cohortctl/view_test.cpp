// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort::ctl {
namespace {

using namespace netlink;
using testing::HasSubstr;

std::vector<std::string> keys_of(const Json& json) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : json.items())
        keys.push_back(key);
    return keys;
}

Cluster cluster() {
    Cluster cluster;
    cluster.name = "web";
    cluster.dev = "eth0";
    cluster.ifindex = 3;
    cluster.vips = {parse_vip("192.0.2.50/24").value()};
    cluster.mode = HashMode::sourceip_sourceport;
    cluster.function = HashFunction::clusterip;
    cluster.seed = 5;
    cluster.buckets = 4;
    cluster.mac = {3, 0xc0, 192, 0, 2, 50};
    cluster.lease_length = std::chrono::seconds{1};
    return cluster;
}

BucketStates states() {
    BucketStates states;
    states.name = "web";
    states.states = {BucketState::own, BucketState::own, BucketState::drain, BucketState::adopt};
    states.epoch = 7;
    states.lease = {LeaseState::valid, BootInstant{1}, std::chrono::milliseconds{950}};
    return states;
}

TEST(View, ClusterHasTheDocumentedKeys) {
    const Json json = cluster_json(cluster(), states());
    for (const char* key : {"name", "dev", "vips", "hash", "buckets", "l2", "mac", "epoch", "lease",
                            "own", "drain", "adopt"})
        EXPECT_TRUE(json.contains(key)) << key;
    EXPECT_EQ(json["vips"], Json::array({"192.0.2.50/24"}));
    EXPECT_EQ(json["hash"]["mode"], "sourceip-sourceport");
    EXPECT_EQ(json["hash"]["function"], "clusterip");
    EXPECT_EQ(json["hash"]["seed"], 5);
    EXPECT_EQ(json["mac"], "03:c0:c0:00:02:32");
    EXPECT_EQ(json["epoch"], 7);
    EXPECT_EQ(json["lease"]["state"], "valid");
    EXPECT_EQ(json["lease"]["remaining_ms"], 950);
    EXPECT_EQ(json["own"], "0-1");
    EXPECT_EQ(json["drain"], "2");
    EXPECT_EQ(json["adopt"], "3");
}

TEST(View, StatesHaveListsAsText) {
    EXPECT_THAT(
        keys_of(states_json(states())),
        testing::IsSupersetOf({"name", "buckets", "epoch", "lease", "own", "drain", "adopt"}));
}

TEST(View, StatsHaveTheDocumentedKeysInOrder) {
    EXPECT_THAT(
        keys_of(stats_json({})),
        testing::ElementsAre("name", "accepted", "foreign_dropped", "expired_dropped",
                             "drain_accepted", "drain_dropped", "adopt_accepted", "adopt_dropped",
                             "malformed_dropped", "arp_rewritten", "nd_rewritten"));
    Stats stats;
    stats.nd_rewritten = ~std::uint64_t{0};
    EXPECT_EQ(stats_json(stats)["nd_rewritten"], 18446744073709551615U);
}

TEST(View, TextSaysThatADeviceIsGone) {
    Cluster gone = cluster();
    EXPECT_THAT(cluster_text(gone, states()), testing::Not(HasSubstr("gone")));
    gone.ifindex = 0;
    EXPECT_THAT(cluster_text(gone, states()), HasSubstr("eth0 (gone: nothing is served)"));
}

TEST(View, TextOfALease) {
    EXPECT_EQ(lease_text({}), "static");
    EXPECT_EQ(lease_text(states().lease), "valid for 950 ms");
    EXPECT_EQ(lease_text({LeaseState::expired, {}, {}}), "expired");
}

TEST(View, AnEventIsOneLine) {
    Event event;
    event.kind = EventKind::lease_expired;
    event.name = "web";
    event.epoch = 7;
    event.lease.state = LeaseState::expired;
    EXPECT_EQ(event_text(event, "now"), "now  web  lease-expired  epoch 7, lease expired\n");
    EXPECT_EQ(event_json(event, "now")["event"], "lease-expired");
}

}  // namespace
}  // namespace cohort::ctl
