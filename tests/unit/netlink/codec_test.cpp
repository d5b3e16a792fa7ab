// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/codec.hpp"

#include "tests/unit/netlink/attributes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace cohort::netlink {
namespace {

using testing::ElementsAre;

constexpr std::uint16_t kFamily = 0x21;

std::vector<nlattr*> vips_in(const Message& message) {
    std::vector<nlattr*> nests;
    nlattr* attribute = nullptr;
    int rest = 0;
    auto* header = static_cast<genlmsghdr*>(nlmsg_data(message.raw()));
    nla_for_each_attr(attribute, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), rest) {
        if (nla_type(attribute) == COHORT_A_VIP)
            nests.push_back(attribute);
    }
    return nests;
}

TEST(Encode, SendsOnlyWhatIsGiven) {
    ClusterSpec spec;
    spec.name = "web";
    spec.lease = std::chrono::seconds{1};
    spec.generation = 3;
    const Message message = encode_cluster(kFamily, COHORT_CMD_CLUSTER_SET, spec);
    EXPECT_EQ(message.raw()->nlmsg_type, kFamily);
    const Read read(message);
    EXPECT_EQ(read.command(), COHORT_CMD_CLUSTER_SET);
    EXPECT_EQ(read.version(), COHORT_GENL_VERSION);
    EXPECT_EQ(read.text(COHORT_A_NAME), "web");
    EXPECT_EQ(read.u32(COHORT_A_LEASE_MS), 1000U);
    EXPECT_EQ(read.u32(COHORT_A_GENERATION), 3U);
    EXPECT_EQ(read.count(), 3);
}

TEST(Encode, SendsEveryFieldOfACluster) {
    ClusterSpec spec;
    spec.name = "web";
    spec.dev = "eth0";
    spec.vips = {parse_vip("192.0.2.50/24").value(), parse_vip("2001:db8::50/64").value()};
    spec.mode = HashMode::sourceip_sourceport_destport;
    spec.function = HashFunction::clusterip;
    spec.key = key_of_seed(9);
    spec.seed = 0xdeadbeef;
    spec.buckets = 2;
    spec.l2 = L2Mode::unicast;
    spec.mac = Mac{2, 0, 0, 0, 0, 1};
    spec.lease = std::chrono::milliseconds{0};
    const Message message = encode_cluster(kFamily, COHORT_CMD_CLUSTER_NEW, spec);
    const Read read(message);
    EXPECT_EQ(read.text(COHORT_A_IFNAME), "eth0");
    EXPECT_EQ(read.u32(COHORT_A_HASH_MODE), COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT);
    EXPECT_EQ(read.u32(COHORT_A_HASH_FUNCTION), COHORT_HASH_FUNCTION_CLUSTERIP);
    EXPECT_EQ(read.bytes(COHORT_A_HASH_KEY).size(), COHORT_KEY_LEN);
    EXPECT_EQ(read.u32(COHORT_A_HASH_SEED), 0xdeadbeefU);
    EXPECT_EQ(read.u32(COHORT_A_BUCKETS), 2U);
    EXPECT_EQ(read.u32(COHORT_A_L2_MODE), COHORT_L2_MODE_UNICAST);
    EXPECT_THAT(read.bytes(COHORT_A_MAC), ElementsAre(2, 0, 0, 0, 0, 1));
    EXPECT_EQ(read.u32(COHORT_A_LEASE_MS), 0U);

    const auto vips = vips_in(message);
    ASSERT_EQ(vips.size(), 2U);
    nlattr* address =
        nla_find(static_cast<nlattr*>(nla_data(vips[0])), nla_len(vips[0]), COHORT_A_VIP_ADDRESS);
    ASSERT_TRUE(address);
    EXPECT_EQ(nla_len(address), 4);
    nlattr* length = nla_find(static_cast<nlattr*>(nla_data(vips[1])), nla_len(vips[1]),
                              COHORT_A_VIP_PREFIX_LEN);
    ASSERT_TRUE(length);
    EXPECT_EQ(nla_get_u32(length), 64U);
}

TEST(Encode, HoldsAsManyVipsAsAClusterMayHave) {
    ClusterSpec spec;
    spec.name = std::string(COHORT_NAME_MAX, 'x');
    spec.dev = "abcdefghijklmno";
    spec.vips.assign(COHORT_VIPS_MAX, parse_vip("2001:db8::50/64").value());
    spec.key = key_of_seed(1);
    const Message message = encode_cluster(kFamily, COHORT_CMD_CLUSTER_NEW, spec);
    EXPECT_FALSE(message.overflown());
    EXPECT_EQ(vips_in(message).size(), static_cast<std::size_t>(COHORT_VIPS_MAX));
}

TEST(Encode, RemembersThatItDidNotFit) {
    EXPECT_TRUE(encode_name(kFamily, COHORT_CMD_CLUSTER_GET, std::string(8192, 'x')).overflown());
}

TEST(Encode, HoldsTheStatesOfAllBuckets) {
    BucketUpdate update{"web", 7, {}, 3, BootInstant{5'000'000'000}};
    update.states.assign(COHORT_BUCKETS_MAX, BucketState::own);
    const Message message = encode_bucket_update(kFamily, update);
    const Read read(message);
    EXPECT_EQ(read.command(), COHORT_CMD_BUCKET_SET);
    EXPECT_EQ(read.u64(COHORT_A_EPOCH), 7U);
    EXPECT_EQ(read.u32(COHORT_A_GENERATION), 3U);
    EXPECT_EQ(read.u64(COHORT_A_DEADLINE), 5'000'000'000U);
    EXPECT_EQ(read.bytes(COHORT_A_STATES), std::vector<std::uint8_t>(16384, 0xff));
}

TEST(Encode, PacksTwoBitsABucket) {
    const std::vector<BucketState> states{BucketState::own, BucketState::none, BucketState::adopt,
                                          BucketState::drain, BucketState::adopt};
    EXPECT_THAT(pack_states(states), ElementsAre(0b10'01'00'11, 0b01));
}

TEST(Encode, MasksABitABucket) {
    const Message message =
        encode_bucket_change(kFamily, {"web", BucketState::drain, {{0, 0}, {7, 9}}, 12, {}});
    const Read read(message);
    EXPECT_EQ(read.command(), COHORT_CMD_BUCKET_CHANGE);
    EXPECT_EQ(read.u32(COHORT_A_STATE), COHORT_BUCKET_STATE_DRAIN);
    EXPECT_THAT(read.bytes(COHORT_A_MASK), ElementsAre(0x81, 0x03));
    EXPECT_FALSE(read.has(COHORT_A_GENERATION));
}

TEST(Encode, RenewalNeedsNothingButTheName) {
    const Message bare = encode_renewal(kFamily, {"web", {}, {}, {}});
    EXPECT_EQ(Read(bare).count(), 1);
    const Message full = encode_renewal(kFamily, {"web", 4, 2, BootInstant{9}});
    const Read read(full);
    EXPECT_EQ(read.u64(COHORT_A_EPOCH), 4U);
    EXPECT_EQ(read.u32(COHORT_A_GENERATION), 2U);
    EXPECT_EQ(read.u64(COHORT_A_DEADLINE), 9U);
}

TEST(Encode, DumpAsksForAll) {
    const Message message = encode_dump(kFamily, COHORT_CMD_STATS_GET);
    EXPECT_EQ(message.raw()->nlmsg_flags & NLM_F_DUMP, NLM_F_DUMP);
    EXPECT_EQ(Read(message).count(), 0);
}

RC_GTEST_PROP(Codec, StatesSurvivePackingAndUnpacking, (const std::vector<std::uint8_t>& raw)) {
    std::vector<BucketState> states{BucketState::none};
    for (const std::uint8_t value : raw)
        states.push_back(static_cast<BucketState>(value & 3));
    const auto packed = pack_states(states);
    const auto count = static_cast<std::uint32_t>(states.size());
    RC_ASSERT(unpack_states(packed, count).value() == states);
    RC_ASSERT(!unpack_states(packed, count + 4));
}

RC_GTEST_PROP(Codec, MaskHoldsExactlyTheList, (const std::set<std::uint8_t>& buckets)) {
    const BucketList list = collect_buckets(256, [&](std::uint32_t bucket) {
        return buckets.contains(static_cast<std::uint8_t>(bucket));
    });
    const auto mask = pack_mask(list, 256);
    RC_ASSERT(mask.size() == 32U);
    for (std::uint32_t bucket = 0; bucket < 256; ++bucket) {
        const bool set = (mask[bucket / 8] >> (bucket % 8) & 1) != 0;
        RC_ASSERT(set == buckets.contains(static_cast<std::uint8_t>(bucket)));
    }
}

}  // namespace
}  // namespace cohort::netlink
