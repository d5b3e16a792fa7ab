// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/cohort.h>
#include <netlink/genl/genl.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <utility>

namespace cohort::netlink {
namespace {

using testing::HasSubstr;

Message answer(std::uint8_t command) {
    Message message(0x21, 0, 32768);
    message.header<genlmsghdr>()->cmd = command;
    message.put_string(COHORT_A_NAME, "web");
    return message;
}

void put_vip(Message& message, const char* text) {
    const Vip vip = parse_vip(text).value();
    message.put_nest(COHORT_A_VIP, [&] {
        message.put_bytes(COHORT_A_VIP_ADDRESS, vip.address.span());
        message.put_u32(COHORT_A_VIP_PREFIX_LEN, vip.prefix_len);
    });
}

/// A cluster-get reply without one of its attributes; -1: whole.
Message cluster_answer(int without = -1) {
    Message message(0x21, 0);
    message.header<genlmsghdr>()->cmd = COHORT_CMD_CLUSTER_GET;
    const auto u32 = [&](int attribute, std::uint32_t value) {
        if (attribute != without)
            message.put_u32(attribute, value);
    };
    if (without != COHORT_A_NAME)
        message.put_string(COHORT_A_NAME, "web");
    if (without != COHORT_A_IFNAME)
        message.put_string(COHORT_A_IFNAME, "eth0");
    if (without != COHORT_A_MAC)
        message.put_bytes(COHORT_A_MAC, Mac{3, 0xc0, 192, 0, 2, 50});
    if (without != COHORT_A_VIP) {
        put_vip(message, "192.0.2.50/24");
        put_vip(message, "2001:db8::50/64");
    }
    u32(COHORT_A_IFINDEX, 3);
    u32(COHORT_A_HASH_MODE, COHORT_HASH_MODE_SOURCEIP);
    u32(COHORT_A_HASH_FUNCTION, COHORT_HASH_FUNCTION_CLUSTERIP);
    u32(COHORT_A_HASH_SEED, 17);
    u32(COHORT_A_BUCKETS, 16);
    u32(COHORT_A_L2_MODE, COHORT_L2_MODE_IGMP);
    u32(COHORT_A_LEASE_MS, 1500);
    u32(COHORT_A_LEASE_STATE, COHORT_LEASE_STATE_VALID);
    u32(COHORT_A_REMAINING_MS, 900);
    u32(COHORT_A_GENERATION, 2);
    message.put_u64(COHORT_A_DEADLINE, 123);
    message.put_u64(COHORT_A_EPOCH, 7);
    return message;
}

TEST(Decode, ReadsACluster) {
    const Cluster cluster = decode_cluster(cluster_answer().raw()).value();
    EXPECT_EQ(cluster.name, "web");
    EXPECT_EQ(cluster.dev, "eth0");
    EXPECT_EQ(cluster.ifindex, 3U);
    ASSERT_EQ(cluster.vips.size(), 2U);
    EXPECT_EQ(format_vip(cluster.vips[0]), "192.0.2.50/24");
    EXPECT_EQ(format_vip(cluster.vips[1]), "2001:db8::50/64");
    EXPECT_EQ(cluster.mode, HashMode::sourceip);
    EXPECT_EQ(cluster.function, HashFunction::clusterip);
    EXPECT_FALSE(cluster.key);
    EXPECT_EQ(cluster.seed, 17U);
    EXPECT_EQ(cluster.buckets, 16U);
    EXPECT_EQ(cluster.l2, L2Mode::igmp);
    EXPECT_EQ(format_mac(cluster.mac), "03:c0:c0:00:02:32");
    EXPECT_EQ(cluster.lease_length, std::chrono::milliseconds{1500});
    EXPECT_EQ(cluster.lease.state, LeaseState::valid);
    EXPECT_EQ(cluster.lease.deadline, BootInstant{123});
    EXPECT_EQ(cluster.lease.remaining, std::chrono::milliseconds{900});
    EXPECT_EQ(cluster.epoch, 7U);
    EXPECT_EQ(cluster.generation, 2U);
}

TEST(Decode, NamesWhatAClusterLacks) {
    for (const int required :
         {COHORT_A_NAME, COHORT_A_IFNAME, COHORT_A_VIP, COHORT_A_BUCKETS, COHORT_A_MAC}) {
        const auto cluster = decode_cluster(cluster_answer(required).raw());
        ASSERT_FALSE(cluster) << attribute_name(required);
        EXPECT_THAT(cluster.error().message,
                    HasSubstr("'" + std::string(attribute_name(required)) + "'"));
    }
}

TEST(Decode, TakesTheKeyIfItIsTold) {
    Message message = cluster_answer();
    message.put_bytes(COHORT_A_HASH_KEY, key_of_seed(5).bytes());
    const Cluster cluster = decode_cluster(message.raw()).value();
    ASSERT_TRUE(cluster.key);
    EXPECT_EQ(cluster.key->bytes()[0], 5);
}

TEST(Decode, PassesOverWhatANewerKernelAdds) {
    Message message = cluster_answer();
    message.put_u32(COHORT_A_MAX + 1, 1);
    message.put_u32(COHORT_A_MAX + 200, 1);
    EXPECT_TRUE(decode_cluster(message.raw()));
}

TEST(Decode, ReadsStates) {
    const std::vector<BucketState> wanted{BucketState::own, BucketState::own, BucketState::drain,
                                          BucketState::adopt, BucketState::none};
    Message message = answer(COHORT_CMD_BUCKET_GET);
    message.put_u32(COHORT_A_BUCKETS, 5);
    message.put_bytes(COHORT_A_STATES, pack_states(wanted));
    message.put_u64(COHORT_A_EPOCH, 9);
    const BucketStates states = decode_states(message.raw()).value();
    EXPECT_EQ(states.states, wanted);
    EXPECT_EQ(states.epoch, 9U);
    EXPECT_EQ(format_bucket_list(states.in_state(BucketState::own)), "0-1");
    EXPECT_EQ(format_bucket_list(states.in_state(BucketState::none)), "4");
}

TEST(Decode, RefusesStatesOfAnotherLength) {
    for (const std::uint32_t buckets : {0U, 1U, 4U, 9U, 65537U, 0xffffffffU}) {
        Message message = answer(COHORT_CMD_BUCKET_GET);
        message.put_u32(COHORT_A_BUCKETS, buckets);
        message.put_bytes(COHORT_A_STATES, std::array<std::uint8_t, 2>{});
        EXPECT_FALSE(decode_states(message.raw())) << buckets;
    }
}

TEST(Decode, ReadsStats) {
    Message message = answer(COHORT_CMD_STATS_GET);
    message.put_nest(COHORT_A_STATS, [&] {
        for (int counter = COHORT_A_STATS_ACCEPTED; counter <= COHORT_A_STATS_MAX; ++counter)
            message.put_u64(counter, static_cast<std::uint64_t>(counter) << 40);
    });
    const Stats stats = decode_stats(message.raw()).value();
    EXPECT_EQ(stats.accepted, std::uint64_t{COHORT_A_STATS_ACCEPTED} << 40);
    EXPECT_EQ(stats.foreign_dropped, std::uint64_t{COHORT_A_STATS_FOREIGN_DROPPED} << 40);
    EXPECT_EQ(stats.arp_rewritten, std::uint64_t{COHORT_A_STATS_ARP_REWRITTEN} << 40);
    EXPECT_EQ(stats.nd_rewritten, std::uint64_t{COHORT_A_STATS_ND_REWRITTEN} << 40);
    EXPECT_FALSE(decode_stats(answer(COHORT_CMD_STATS_GET).raw()));
}

TEST(Decode, ReadsAnEvent) {
    Message message = answer(COHORT_CMD_EVENT_NTF);
    message.put_u32(COHORT_A_EVENT, COHORT_EVENT_LEASE_EXPIRED);
    message.put_u32(COHORT_A_LEASE_STATE, COHORT_LEASE_STATE_EXPIRED);
    const Event event = decode_event(message.raw()).value();
    EXPECT_EQ(event.kind, EventKind::lease_expired);
    EXPECT_EQ(event.name, "web");
    EXPECT_EQ(event.lease.state, LeaseState::expired);
    EXPECT_FALSE(decode_event(answer(COHORT_CMD_EVENT_NTF).raw()));
}

// Whatever lies behind the header: a value or a refusal, never a read beyond
// the message (the sanitizers look on).
RC_GTEST_PROP(Decode, SurvivesAnyDamage,
              (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& edits)) {
    const Message whole = cluster_answer();
    // On the heap and as long as the message, so that a read beyond it is seen.
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(whole.raw());
    std::vector<std::uint8_t> damaged(bytes, bytes + whole.raw()->nlmsg_len);
    for (const auto& [where, value] : edits)
        damaged[NLMSG_HDRLEN + where % (damaged.size() - NLMSG_HDRLEN)] = value;
    const auto* message = reinterpret_cast<const nlmsghdr*>(damaged.data());
    (void)decode_cluster(message);
    (void)decode_states(message);
    (void)decode_stats(message);
    (void)decode_event(message);
}

}  // namespace
}  // namespace cohort::netlink
