// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/planner.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace cohort::core {
namespace {

using ::testing::ElementsAre;

using Owners = std::vector<NodeId>;

Owners owners(const std::string& text) {
    Owners out;
    for (const char c : text) {
        out.push_back(static_cast<NodeId>(c - '0'));
    }
    return out;
}

Owners assign_all(const std::string& current, std::vector<Share> shares) {
    const std::vector<std::size_t> groups{current.size()};
    return assign(owners(current), shares, groups);
}

TEST(Quotas, AreTheLargestRemainderOfTheWeights) {
    const std::vector<Share> shares{{1, 1, 1}, {2, 2, 2}, {3, 3, 3}};
    const std::vector<std::size_t> owned{0, 0, 0};
    EXPECT_THAT(quotas(shares, owned, 6), ElementsAre(1, 2, 3));
    EXPECT_THAT(quotas(shares, owned, 7), ElementsAre(1, 2, 4));
    EXPECT_THAT(quotas(shares, owned, 8), ElementsAre(1, 3, 4));
}

TEST(Quotas, GiveATiedRemainderToWhoHasTheBucketAlready) {
    const std::vector<Share> shares{{1, 1, 1}, {2, 1, 1}};
    EXPECT_THAT(quotas(shares, std::vector<std::size_t>{2, 3}, 5), ElementsAre(2, 3));
    EXPECT_THAT(quotas(shares, std::vector<std::size_t>{3, 2}, 5), ElementsAre(3, 2));
    EXPECT_THAT(quotas(shares, std::vector<std::size_t>{0, 0}, 5), ElementsAre(3, 2));
}

TEST(Assign, SplitsAFreshClusterInRuns) {
    EXPECT_EQ(assign_all("00000000", {{1, 1, 1}, {2, 1, 1}}), owners("11112222"));
    EXPECT_EQ(assign_all("00000000", {{1, 3, 3}, {2, 1, 1}}), owners("11111122"));
}

TEST(Assign, SplitsEachAddress) {
    const std::vector<std::size_t> groups{4, 4};
    const std::vector<Share> shares{{1, 1, 1}, {2, 1, 1}};
    EXPECT_EQ(assign(owners("00000000"), shares, groups), owners("11221122"));
}

TEST(Assign, SpreadsAddressesOfOneBucketEach) {
    const std::vector<std::size_t> groups(6, 1);
    const std::vector<Share> shares{{1, 1, 1}, {2, 1, 1}};
    const Owners next = assign(owners("000000"), shares, groups);
    EXPECT_EQ(std::count(next.begin(), next.end(), 1), 3);
}

TEST(Assign, MovesOnlyTheLostNodesBuckets) {
    EXPECT_EQ(assign_all("11112222", {{1, 1, 0}, {2, 1, 1}}), owners("22222222"));
    const Owners next = assign_all("111222333", {{1, 1, 0}, {2, 1, 1}, {3, 1, 1}});
    EXPECT_EQ(moved(owners("111222333"), next), 3U);
}

TEST(Assign, GoesBackToWhereItCameFrom) {
    EXPECT_EQ(assign_all("22222222", {{1, 1, 1}, {2, 1, 1}}), owners("11112222"));
    EXPECT_EQ(assign_all("222222333", {{1, 1, 1}, {2, 1, 1}, {3, 1, 1}}), owners("111222333"));
}

TEST(Assign, LeavesABalancedPlanAloneWhereverItsBucketsLie) {
    EXPECT_EQ(assign_all("21212121", {{1, 1, 1}, {2, 1, 1}}), owners("21212121"));
    EXPECT_EQ(assign_all("11122", {{1, 1, 1}, {2, 1, 1}}), owners("11122"));
    EXPECT_EQ(assign_all("11222", {{1, 1, 1}, {2, 1, 1}}), owners("11222"));
}

TEST(Assign, WithAllWeightsZeroChangesNothing) {
    EXPECT_EQ(assign_all("1122", {{1, 1, 0}, {2, 1, 0}}), owners("1122"));
    EXPECT_EQ(assign_all("0120", {{1, 1, 0}, {2, 1, 0}}), owners("0120"));
}

TEST(Assign, TakesBucketsOfUnknownNodesAsOrphans) {
    EXPECT_EQ(assign_all("9999", {{1, 1, 1}, {2, 1, 1}}), owners("1122"));
}

TEST(HomeOwners, AreOneRunANodeInEachAddress) {
    const std::vector<Share> shares{{1, 2, 0}, {2, 1, 0}};
    const std::vector<std::size_t> groups{6, 3};
    EXPECT_EQ(home_owners(shares, groups), owners("111122112"));
}

}  // namespace
}  // namespace cohort::core
