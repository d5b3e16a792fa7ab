// SPDX-License-Identifier: GPL-2.0-or-later
//
// The planner against its definition, for any cluster.
#include "ctl/cohortd/core/planner.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cohort::core {
namespace {

struct Cluster {
    std::vector<Share> shares;
    std::vector<std::size_t> groups;
    std::vector<NodeId> owners;
};

/// 1 to 64 nodes with any weights, not all zero; buckets owned by members,
/// strangers or nobody.
Cluster any_cluster() {
    Cluster out;
    const auto nodes = *rc::gen::inRange<unsigned>(1, 65);
    const bool equal = *rc::gen::arbitrary<bool>();
    for (unsigned id = 1; id <= nodes; ++id) {
        const auto weight = equal ? 1U : *rc::gen::inRange(0U, 256U);
        const bool down = *rc::gen::inRange(0, 4) == 0;
        out.shares.push_back({static_cast<NodeId>(id), weight, down ? 0 : weight});
    }
    Share& up = out.shares[*rc::gen::inRange<std::size_t>(0, nodes)];
    up.home = up.weight = std::max(up.home, 1U);
    out.groups = *rc::gen::container<std::vector<std::size_t>>(
        *rc::gen::inRange<std::size_t>(1, 6), rc::gen::inRange<std::size_t>(0, 200));
    const auto buckets = std::accumulate(out.groups.begin(), out.groups.end(), std::size_t{0});
    const auto most = *rc::gen::inRange<unsigned>(1, 66);
    out.owners = *rc::gen::container<std::vector<NodeId>>(
        buckets, rc::gen::map(rc::gen::inRange(0U, most + 1),
                              [](unsigned id) { return static_cast<NodeId>(id); }));
    return out;
}

std::vector<std::size_t> count(const std::vector<NodeId>& owners) {
    std::vector<std::size_t> out(256, 0);
    for (const NodeId id : owners) {
        ++out[id];
    }
    return out;
}

unsigned total(const std::vector<Share>& shares) {
    return std::accumulate(shares.begin(), shares.end(), 0U,
                           [](unsigned sum, const Share& s) { return sum + s.weight; });
}

RC_GTEST_PROP(Planner, GivesEachNodeItsIdealShareWithinOneBucket, ()) {
    const Cluster c = any_cluster();
    const auto owned = count(assign(c.owners, c.shares, c.groups));
    RC_ASSERT(owned[kNobody] == 0U);
    for (const Share& share : c.shares) {
        const double ideal = static_cast<double>(c.owners.size()) * share.weight / total(c.shares);
        RC_ASSERT(std::abs(static_cast<double>(owned[share.id]) - ideal) < 1.0);
    }
}

/// What must move whatever is done: all that is owned by nobody who may, and
/// what is above the larger of the two shares that rounding allows. Which nodes
/// get the larger one is the largest remainder's choice, ties to who has more.
RC_GTEST_PROP(Planner, MovesNoBucketThatCouldHaveStayed, ()) {
    const Cluster c = any_cluster();
    const auto next = assign(c.owners, c.shares, c.groups);
    const auto before = count(c.owners);
    const auto after = count(next);
    std::size_t least = c.owners.size();
    for (const Share& share : c.shares) {
        if (share.weight > 0) {
            least -= std::min(before[share.id], after[share.id]);
        }
    }
    RC_ASSERT(moved(c.owners, next) == least);
}

/// For equal weights the least possible is known in closed form: every node may
/// end with floor or ceil, and only so many with ceil.
RC_GTEST_PROP(Planner, WithEqualWeightsMovesTheLeastThatAnyBalancedPlanWould, ()) {
    Cluster c = any_cluster();
    for (Share& share : c.shares) {
        share.home = 1;
        share.weight = share.weight > 0 ? 1 : 0;
    }
    const auto before = count(c.owners);
    const std::size_t floor = c.owners.size() / total(c.shares);
    std::size_t ceils = c.owners.size() % total(c.shares);
    std::size_t stays = 0;
    for (const Share& share : c.shares) {
        if (share.weight == 0) {
            continue;
        }
        stays += std::min(before[share.id], floor);
        if (before[share.id] > floor && ceils > 0) {
            --ceils;
            ++stays;
        }
    }
    RC_ASSERT(moved(c.owners, assign(c.owners, c.shares, c.groups)) == c.owners.size() - stays);
}

RC_GTEST_PROP(Planner, IsAtRestAfterOnePlan, ()) {
    const Cluster c = any_cluster();
    const auto once = assign(c.owners, c.shares, c.groups);
    RC_ASSERT(assign(once, c.shares, c.groups) == once);
}

RC_GTEST_PROP(Planner, MovesExactlyTheShareOfANodeThatFails, ()) {
    Cluster c = any_cluster();
    for (Share& share : c.shares) {
        share.weight = 1;
    }
    RC_PRE(c.shares.size() > 1U);
    const auto settled = assign(c.owners, c.shares, c.groups);
    Share& lost = c.shares[*rc::gen::inRange<std::size_t>(0, c.shares.size())];
    lost.weight = 0;
    const auto after = assign(settled, c.shares, c.groups);
    RC_ASSERT(moved(settled, after) == count(settled)[lost.id]);
}

RC_GTEST_PROP(Planner, LeadsBackHomeWhenAllAreThereAgain, ()) {
    std::vector<Share> shares;
    const auto nodes = *rc::gen::inRange<std::size_t>(2, 65);
    for (std::size_t id = 1; id <= nodes; ++id) {
        shares.push_back({static_cast<NodeId>(id), 1, 1});
    }
    const std::vector<std::size_t> groups{nodes * *rc::gen::inRange<std::size_t>(1, 20)};
    const auto home = home_owners(shares, groups);
    auto without = shares;
    without[*rc::gen::inRange<std::size_t>(0, nodes)].weight = 0;
    RC_ASSERT(assign(assign(home, without, groups), shares, groups) == home);
}

RC_GTEST_PROP(Planner, SplitsEveryAddressWithinItsNodesShares, ()) {
    Cluster c = any_cluster();
    const std::vector<NodeId> nobody(c.owners.size(), kNobody);
    for (Share& share : c.shares) {
        share.home = share.weight;
    }
    const auto next = assign(nobody, c.shares, c.groups);
    std::size_t begin = 0;
    for (const std::size_t length : c.groups) {
        const auto owned = count({next.begin() + static_cast<std::ptrdiff_t>(begin),
                                  next.begin() + static_cast<std::ptrdiff_t>(begin + length)});
        for (const Share& share : c.shares) {
            const double ideal = static_cast<double>(length) * share.weight / total(c.shares);
            RC_ASSERT(std::abs(static_cast<double>(owned[share.id]) - ideal) <= 3.0);
        }
        begin += length;
    }
}

}  // namespace
}  // namespace cohort::core
