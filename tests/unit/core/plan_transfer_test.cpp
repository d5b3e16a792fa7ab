// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/plan_transfer.hpp"
#include "ctl/cohortd/core/plan_codec.hpp"
#include "tests/unit/core/bench.hpp"

#include <gtest/gtest.h>

namespace cohort::core {
namespace {

constexpr std::size_t kBuckets = 2000;  // 500 bytes: five pieces

Plan big_plan(std::uint64_t counter) {
    Plan plan = empty_plan(kBuckets, bench::kDigest);
    for (std::size_t b = 0; b < kBuckets; ++b) {
        plan.fresh[b] = static_cast<NodeId>(1 + (b * counter / 3) % 2);
    }
    plan.old = plan.fresh;
    seal_plan(plan, counter, 1);
    return plan;
}

std::vector<PlanFragment> fragments(const Plan& plan) {
    std::vector<PlanFragment> out;
    const auto pieces = cut_plan(plan);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        PlanFragment fragment;
        fragment.header.epoch = plan.id;
        fragment.index = static_cast<std::uint16_t>(i);
        fragment.count = static_cast<std::uint16_t>(pieces.size());
        fragment.bytes = pieces[i];
        out.push_back(fragment);
    }
    return out;
}

class PlanAssemblyTest : public ::testing::Test {
protected:
    std::optional<Plan> add(const PlanFragment& fragment) {
        now_ += std::chrono::milliseconds{1};
        return assembly_.add(fragment, now_);
    }
    std::optional<Plan> add(const std::vector<PlanFragment>& all) {
        std::optional<Plan> plan;
        for (const PlanFragment& fragment : all) {
            auto whole = add(fragment);
            plan = whole ? whole : plan;
        }
        return plan;
    }

    PlanAssembly assembly_{kBuckets};
    Time now_{std::chrono::seconds{1}};
    const Plan plan_ = big_plan(7);
    const std::vector<PlanFragment> all_ = fragments(plan_);
};

TEST_F(PlanAssemblyTest, CompletesWithTheLastPiece) {
    ASSERT_EQ(all_.size(), 5U);
    for (std::size_t i = 0; i + 1 < all_.size(); ++i) {
        EXPECT_EQ(add(all_[i]), std::nullopt);
    }
    EXPECT_EQ(add(all_.back()), plan_);
}

TEST_F(PlanAssemblyTest, TakesAnyOrderAndCopies) {
    for (const std::size_t i : {4U, 2U, 2U, 0U, 4U, 1U}) {
        EXPECT_EQ(add(all_[i]), std::nullopt);
    }
    EXPECT_EQ(add(all_[3]), plan_);
}

TEST_F(PlanAssemblyTest, RefusesAPlanThatItsIdDoesNotName) {
    auto forged = all_;
    forged[1].bytes[5] ^= std::byte{1};
    EXPECT_EQ(add(forged), std::nullopt);
    EXPECT_EQ(add(all_), plan_) << "and takes the true one after it";
}

TEST_F(PlanAssemblyTest, RefusesPlansOfAnotherSize) {
    const Plan other = bench::make_plan(9, 1, "1122");
    EXPECT_EQ(add(fragments(other)), std::nullopt) << "too few buckets";
}

TEST_F(PlanAssemblyTest, IgnoresPiecesThatCannotBe) {
    EXPECT_EQ(add(std::vector(all_.begin(), all_.end() - 1)), std::nullopt);
    auto bad = all_[2];
    bad.index = 5;
    EXPECT_EQ(add(bad), std::nullopt);
    bad = all_[2];
    bad.count = 0;
    EXPECT_EQ(add(bad), std::nullopt);
    bad = all_[2];
    bad.count = 65535;
    EXPECT_EQ(add(bad), std::nullopt) << "more than any plan of this configuration";
    bad = all_[2];
    bad.bytes.pop_back();
    EXPECT_EQ(add(bad), std::nullopt) << "only the last piece is short";
    bad = all_[2];
    bad.bytes.clear();
    EXPECT_EQ(add(bad), std::nullopt);
    EXPECT_EQ(add(all_.back()), plan_) << "none of them disturbed the assembly";
}

TEST_F(PlanAssemblyTest, AHigherEpochReplacesAnUnfinishedOne) {
    add(all_[0]);
    const Plan higher = big_plan(8);
    EXPECT_EQ(add(fragments(higher)), higher);
}

TEST_F(PlanAssemblyTest, ALowerEpochDoesNotDisturbAnUnfinishedOne) {
    const auto higher = fragments(big_plan(8));
    add(std::vector(higher.begin(), higher.end() - 1));
    EXPECT_EQ(add(all_), std::nullopt);
    EXPECT_EQ(add(higher.back()), big_plan(8));
}

TEST_F(PlanAssemblyTest, AnotherCountStartsAnew) {
    add(std::vector(all_.begin(), all_.end() - 1));
    auto lie = all_[0];
    lie.count = 6;
    EXPECT_EQ(add(lie), std::nullopt);
    EXPECT_EQ(add(all_.back()), std::nullopt);
    EXPECT_EQ(add(all_), plan_);
}

TEST_F(PlanAssemblyTest, KnowsWhetherAPlanIsComing) {
    EXPECT_FALSE(assembly_.progressed(plan_.id, Time{}));
    add(all_[0]);
    EXPECT_TRUE(assembly_.progressed(plan_.id, now_ - std::chrono::milliseconds{1}));
    EXPECT_FALSE(assembly_.progressed(plan_.id, now_));
    EXPECT_FALSE(assembly_.progressed(big_plan(8).id, Time{}));
}

}  // namespace
}  // namespace cohort::core
