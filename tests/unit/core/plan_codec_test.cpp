// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/plan_codec.hpp"
#include "tests/unit/core/bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

namespace cohort::core {
namespace {

using bench::make_plan;

std::optional<Plan> through(const Plan& plan) {
    auto out = decode_plan(encode_plan(plan), plan.fresh.size());
    if (out) {
        out->id = plan.id;
    }
    return out;
}

TEST(PlanCodec, BringsAPlanBack) {
    const Plan plan = make_plan(7, 1, "110022330");
    EXPECT_EQ(through(plan), plan);
}

TEST(PlanCodec, BringsAMoveInTwoStepsBack) {
    Plan plan = make_plan(7, 1, "1122");
    plan.old[1] = 2;
    plan.old[3] = kNobody;
    seal_plan(plan, 8, 2);
    EXPECT_EQ(through(plan), plan);
}

TEST(PlanCodec, BringsAnEmptyPlanBack) {
    EXPECT_EQ(through(empty_plan(0, 5)), empty_plan(0, 5));
    EXPECT_EQ(through(empty_plan(9, 5)), empty_plan(9, 5));
}

constexpr std::size_t kHead = 1 + 1 + 2 + 4 + 8;  // of a plan with two nodes

TEST(PlanCodec, NeedsTwoBitsABucketForTwoNodesAtMost) {
    Plan plan = empty_plan(1024, 1);
    for (std::size_t b = 0; b < plan.fresh.size(); ++b)
        plan.fresh[b] = plan.old[b] = static_cast<NodeId>(1 + b % 2);
    EXPECT_EQ(encode_plan(plan).size(), kHead + 256U + 4);
}

TEST(PlanCodec, NeedsFourBytesForARange) {
    Plan plan = empty_plan(4096, 1);
    std::fill_n(plan.fresh.begin(), 2048, NodeId{1});
    std::fill_n(plan.fresh.begin() + 2048, 2048, NodeId{2});
    plan.old = plan.fresh;
    EXPECT_EQ(encode_plan(plan).size(), kHead + std::size_t{2} * 4);
    EXPECT_EQ(through(plan), plan);
    std::fill_n(plan.old.begin() + 4000, 96, NodeId{1});
    EXPECT_EQ(encode_plan(plan).size(), kHead + std::size_t{2} * 4 + 3);
    EXPECT_EQ(through(plan), plan);
}

TEST(PlanCodec, RefusesEveryTruncationAndEveryExtraByte) {
    Plan plan = make_plan(7, 1, "1122301");
    plan.old[2] = 3;
    const auto bytes = encode_plan(plan);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_EQ(decode_plan(std::span(bytes).first(length), 100), std::nullopt) << length;
    }
    auto longer = bytes;
    longer.push_back(std::byte{0});
    EXPECT_EQ(decode_plan(longer, 100), std::nullopt);
}

TEST(PlanCodec, RefusesOtherBytesForTheSamePlan) {
    const auto bytes = encode_plan(make_plan(7, 1, "1212121212121212"));
    ASSERT_NE(decode_plan(bytes, 100), std::nullopt);
    auto format = bytes;
    format[0] = std::byte{2};
    EXPECT_EQ(decode_plan(format, 100), std::nullopt);
    const auto odd = encode_plan(make_plan(7, 1, "121212121"));
    auto padded = odd;
    padded[kHead + 2] |= std::byte{0xc0};  // beyond the ninth bucket's two bits
    ASSERT_NE(decode_plan(odd, 100), std::nullopt);
    EXPECT_EQ(decode_plan(padded, 100), std::nullopt);
}

TEST(PlanCodec, RefusesRunsThatAreNotTheLongest) {
    // Format 2, one node, 300 buckets of its.
    std::vector<std::byte> head{std::byte{2}, std::byte{1}, std::byte{1}, std::byte{0x2c},
                                std::byte{1}};
    head.resize(1 + 1 + 1 + 4 + 8);
    const auto with = [&](std::initializer_list<unsigned> rest) {
        auto out = head;
        for (const unsigned byte : rest)
            out.push_back(static_cast<std::byte>(byte));
        return out;
    };
    EXPECT_NE(decode_plan(with({0xac, 0x02, 1, 1}), 300), std::nullopt);
    EXPECT_EQ(decode_plan(with({0xac, 0x82, 0x00, 1, 1}), 300), std::nullopt) << "a longer length";
    EXPECT_EQ(decode_plan(with({0x64, 1, 1, 0xc8, 0x01, 1, 1}), 300), std::nullopt) << "cut";
    EXPECT_EQ(decode_plan(with({0xad, 0x02, 1, 1}), 300), std::nullopt) << "beyond the end";
    EXPECT_EQ(decode_plan(with({0x00, 1, 1, 0xac, 0x02, 1, 1}), 300), std::nullopt) << "nothing";
    EXPECT_EQ(decode_plan(with({0xac, 0x02, 2, 1}), 300), std::nullopt) << "no such node";
    EXPECT_EQ(decode_plan(with({0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1, 1}), 300), std::nullopt);
}

TEST(PlanCodec, RefusesMoreBucketsThanAreConfigured) {
    const auto bytes = encode_plan(make_plan(7, 1, "1122"));
    EXPECT_EQ(decode_plan(bytes, 3), std::nullopt);
    EXPECT_NE(decode_plan(bytes, 4), std::nullopt);
}

TEST(PlanDigest, CoversEveryOwnerBothRightsAndTheConfiguration) {
    const Plan plan = make_plan(1, 1, "1122");
    const auto digest = [](const Plan& p) { return plan_digest(encode_plan(p)); };
    Plan other = plan;
    other.fresh[3] = other.old[3] = 1;
    EXPECT_NE(digest(other), digest(plan));
    other = plan;
    other.old[3] = 1;
    EXPECT_NE(digest(other), digest(plan));
    other = plan;
    other.config_digest ^= 1;
    EXPECT_NE(digest(other), digest(plan));
    EXPECT_TRUE(is_sealed(plan));
    EXPECT_FALSE(is_sealed([&] {
        Plan forged = plan;
        forged.fresh[0] = 2;
        return forged;
    }()));
}

TEST(PlanDigest, DoesNotCoverTheCounterWhichIsInTheIdBesideIt) {
    Plan plan = make_plan(1, 1, "1122");
    const auto digest = plan.id.digest;
    seal_plan(plan, 99, 2);
    EXPECT_EQ(plan.id, (EpochId{99, 2, digest}));
}

TEST(EpochId, IsOrderedByCounterPlannerDigest) {
    EXPECT_LT((EpochId{1, 9, 9}), (EpochId{2, 1, 1}));
    EXPECT_LT((EpochId{2, 1, 9}), (EpochId{2, 2, 1}));
    EXPECT_LT((EpochId{2, 2, 1}), (EpochId{2, 2, 2}));
}

}  // namespace
}  // namespace cohort::core
