// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/plan_codec.hpp"
#include "tests/unit/core/bench.hpp"

#include <gtest/gtest.h>

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

TEST(PlanCodec, NeedsTwoBitsABucketForTwoNodes) {
    Plan plan = empty_plan(1024, 1);
    plan.fresh.assign(1024, 2);
    plan.fresh[0] = 1;
    plan.old = plan.fresh;
    EXPECT_EQ(encode_plan(plan).size(), 256U + 2 + 2 + 4 + 8 + 4);
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
    const auto bytes = encode_plan(make_plan(7, 1, "112"));
    auto padded = bytes;
    padded[2 + 2 + 4 + 8] |= std::byte{0xc0};  // beyond the third bucket's two bits
    EXPECT_EQ(decode_plan(padded, 100), std::nullopt);
    auto format = bytes;
    format[0] = std::byte{2};
    EXPECT_EQ(decode_plan(format, 100), std::nullopt);
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
