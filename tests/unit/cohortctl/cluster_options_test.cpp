// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/cluster_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort::ctl {
namespace {

using netlink::Cluster;
using netlink::ClusterSpec;
using netlink::HashFunction;
using netlink::HashMode;
using netlink::L2Mode;
using testing::HasSubstr;

ClusterOptions minimal() {
    ClusterOptions options;
    options.name = "web";
    options.dev = "eth0";
    options.vips = {"192.0.2.50/24"};
    return options;
}

Cluster present() {
    Cluster cluster;
    cluster.name = "web";
    cluster.dev = "eth0";
    cluster.vips = {parse_vip("192.0.2.50/24").value()};
    cluster.function = HashFunction::siphash;
    cluster.l2 = L2Mode::multicast;
    return cluster;
}

std::string refusal(const ClusterOptions& options) {
    const auto spec = new_cluster(options);
    return spec ? "accepted" : spec.error().message;
}

TEST(NewCluster, FillsInEveryDefault) {
    const ClusterSpec spec = new_cluster(minimal()).value();
    EXPECT_EQ(spec.mode, HashMode::sourceip_sourceport);
    EXPECT_EQ(spec.function, HashFunction::siphash);
    EXPECT_EQ(spec.buckets, 4096U);
    EXPECT_EQ(spec.l2, L2Mode::multicast);
    EXPECT_EQ(spec.lease, std::chrono::milliseconds{0});
    EXPECT_FALSE(spec.mac) << "the kernel derives it";
    EXPECT_FALSE(spec.seed) << "only clusterip has one in the kernel";
    ASSERT_TRUE(spec.key);
    EXPECT_THAT(spec.key->bytes(), testing::Each(0));
}

TEST(NewCluster, SeedOfSiphashIsAKey) {
    ClusterOptions options = minimal();
    options.seed = "258";
    const ClusterSpec spec = new_cluster(options).value();
    ASSERT_TRUE(spec.key);
    EXPECT_EQ(spec.key->bytes()[0], 2);
    EXPECT_EQ(spec.key->bytes()[1], 1);
}

TEST(NewCluster, SeedOfClusteripIsASeed) {
    ClusterOptions options = minimal();
    options.function = "clusterip";
    EXPECT_EQ(new_cluster(options).value().seed, 0U);
    options.seed = "4294967295";
    const ClusterSpec spec = new_cluster(options).value();
    EXPECT_EQ(spec.seed, 4294967295U);
    EXPECT_FALSE(spec.key);
}

TEST(NewCluster, NamesWhatIsWrong) {
    const auto with = [](auto change) {
        ClusterOptions options = minimal();
        change(options);
        return refusal(options);
    };
    EXPECT_THAT(with([](auto& o) { o.name = "Web"; }), HasSubstr("cluster name 'Web'"));
    EXPECT_THAT(with([](auto& o) { o.dev = "eth0/1"; }), HasSubstr("'eth0/1' is not a name"));
    EXPECT_THAT(with([](auto& o) { o.dev = ""; }), HasSubstr("1 to 15 characters"));
    EXPECT_THAT(with([](auto& o) { o.dev = "abcdefghijklmnop"; }), HasSubstr("1 to 15 characters"));
    EXPECT_THAT(with([](auto& o) { o.vips = {"192.0.2.50"}; }), HasSubstr("not ADDR/LEN"));
    EXPECT_THAT(with([](auto& o) { o.vips.push_back("192.0.2.50/32"); }), HasSubstr("given twice"));
    EXPECT_THAT(with([](auto& o) { o.hash = "destport"; }), HasSubstr("hash mode 'destport'"));
    EXPECT_THAT(with([](auto& o) { o.buckets = "0"; }), HasSubstr("bucket count '0'"));
    EXPECT_THAT(with([](auto& o) { o.buckets = "65537"; }), HasSubstr("1..65536"));
    EXPECT_THAT(with([](auto& o) { o.buckets = "many"; }), HasSubstr("'many'"));
    EXPECT_THAT(with([](auto& o) { o.function = "md5"; }), HasSubstr("siphash, clusterip"));
    EXPECT_THAT(with([](auto& o) { o.seed = "-1"; }), HasSubstr("seed '-1'"));
    EXPECT_THAT(with([](auto& o) { o.seed = "4294967296"; }), HasSubstr("0..4294967295"));
    EXPECT_THAT(with([](auto& o) { o.l2 = "broadcast"; }), HasSubstr("multicast, igmp, unicast"));
    EXPECT_THAT(with([](auto& o) { o.mac = "none"; }), HasSubstr("nor is it 'auto'"));
    EXPECT_THAT(with([](auto& o) { o.lease = "1"; }), HasSubstr("duration '1'"));
    EXPECT_THAT(with([](auto& o) { o.lease = "61m"; }), HasSubstr("longer than the longest, 1h"));
    EXPECT_THAT(with([](auto& o) { o.lease = "100us"; }), HasSubstr("whole number of milli"));
    EXPECT_THAT(with([](auto& o) { o.key_file = "/nowhere/key"; }), HasSubstr("'/nowhere/key'"));
    EXPECT_THAT(with([](auto& o) { o.key_file = "key", o.seed = "1"; }),
                HasSubstr("exclude each other"));
    EXPECT_THAT(with([](auto& o) { o.key_file = "key", o.function = "clusterip"; }),
                HasSubstr("clusterip takes --seed"));
}

TEST(NewCluster, TakesSixtyFourVipsAndNoMore) {
    ClusterOptions options = minimal();
    options.vips.clear();
    for (int i = 1; i <= 64; ++i)
        options.vips.push_back("192.0.2." + std::to_string(i) + "/24");
    EXPECT_EQ(refusal(options), "accepted");
    options.vips.push_back("192.0.2.65/24");
    EXPECT_THAT(refusal(options), HasSubstr("65 VIPs are too many"));
}

TEST(ChangedCluster, SendsOnlyWhatWasGiven) {
    ClusterOptions options;
    options.name = "web";
    options.lease = "1s";
    const ClusterSpec spec = changed_cluster(options, present()).value();
    EXPECT_EQ(spec.lease, std::chrono::seconds{1});
    EXPECT_FALSE(spec.dev || spec.mode || spec.function || spec.key || spec.seed || spec.buckets ||
                 spec.l2 || spec.mac);
    EXPECT_TRUE(spec.vips.empty());
}

TEST(ChangedCluster, SeedGoesWhereThePresentFunctionTakesIt) {
    ClusterOptions options;
    options.name = "web";
    options.seed = "7";
    EXPECT_TRUE(changed_cluster(options, present()).value().key);
    Cluster old = present();
    old.function = HashFunction::clusterip;
    EXPECT_EQ(changed_cluster(options, old).value().seed, 7U);
    EXPECT_FALSE(changed_cluster(options, old).value().key);
}

TEST(ChangedCluster, AnotherFunctionStartsFromSeedZero) {
    ClusterOptions options;
    options.name = "web";
    options.function = "clusterip";
    EXPECT_EQ(changed_cluster(options, present()).value().seed, 0U);
    options.function = "siphash";
    EXPECT_FALSE(changed_cluster(options, present()).value().key) << "it is the same function";
}

TEST(ChangedCluster, AutomaticMacFollowsTheVipAndTheMode) {
    ClusterOptions options;
    options.name = "web";
    options.mac = "auto";
    EXPECT_EQ(format_mac(changed_cluster(options, present()).value().mac.value()),
              "03:c0:c0:00:02:32");
    options.vips = {"198.51.100.1/24"};
    options.l2 = "unicast";
    EXPECT_EQ(format_mac(changed_cluster(options, present()).value().mac.value()),
              "02:c0:c6:33:64:01");
}

}  // namespace
}  // namespace cohort::ctl
