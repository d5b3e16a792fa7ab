// SPDX-License-Identifier: GPL-2.0-or-later
//
// The everyday number of random lives. `cohort-sim` runs more, and replays one.
#include "tests/sim/scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace cohort::sim {
namespace {

/// COHORT_SIM_SEEDS multiplies the number of seeds, COHORT_SIM_FROM shifts them.
std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

struct Totals {
    std::uint64_t void_runs = 0;
    std::uint64_t takeovers = 0;
    std::uint64_t openings = 0;
};

void show(ScenarioOptions options, const std::string& how) {
    constexpr std::size_t kLines = 150;
    options.world.trace = true;
    const Verdict verdict = run_scenario(options);
    const std::size_t skip = verdict.trace.size() - std::min(verdict.trace.size(), kLines);
    for (std::size_t i = skip; i < verdict.trace.size(); ++i) {
        std::cout << verdict.trace[i] << "\n";
    }
    FAIL() << *verdict.violation << "\nthe whole story: cohort-sim " << how << " --seed "
           << options.world.seed;
}

Totals hold(ScenarioOptions options, std::uint64_t seeds, const std::string& how) {
    Totals totals;
    const std::uint64_t from = setting("COHORT_SIM_FROM", 1);
    const std::uint64_t count = seeds * setting("COHORT_SIM_SEEDS", 1);
    for (std::uint64_t seed = from; seed < from + count; ++seed) {
        options.world.seed = seed;
        const Verdict verdict = run_scenario(options);
        if (verdict.violation) {
            show(options, how);
            return totals;
        }
        totals.void_runs += verdict.void_run ? 1 : 0;
        totals.takeovers += verdict.takeovers;
        totals.openings += verdict.openings;
    }
    // A simulator in which nothing happens proves nothing.
    EXPECT_GT(totals.openings, 20 * count);
    EXPECT_LT(totals.void_runs, count / 20 + 1);
    return totals;
}

TEST(Seeds, TwoNodesWithLinksHoldAllInvariantsAndComeBack) {
    constexpr std::uint64_t kSeeds = 2500;
    const Totals totals = hold({}, kSeeds, "");
    EXPECT_GT(totals.takeovers, kSeeds / 2);
}

TEST(Seeds, ThreeNodesWithAMajorityHoldAllInvariantsAndComeBack) {
    ScenarioOptions options;
    options.world.nodes = 3;
    options.world.mode = core::QuorumMode::majority;
    hold(options, 500, "--nodes 3 --mode majority");
}

TEST(Seeds, FiveNodesWithAMajorityHoldAllInvariantsAndComeBack) {
    ScenarioOptions options;
    options.world.nodes = 5;
    options.world.mode = core::QuorumMode::majority;
    hold(options, 100, "--nodes 5 --mode majority");
}

/// Section 8's caveat: the assumption is necessary, and the checker can see
/// what happens without it.
TEST(Seeds, WithEveryLinkCutBothNodesServe) {
    WorldOptions options;
    options.keep_assumption = false;
    World world(options);
    world.host(0).boot();
    world.host(1).boot();
    ASSERT_TRUE(
        world.run_while_not([&] { return world.checker.all_served(); }, std::chrono::seconds{2}));
    world.network.cut_all(0, 1, true);
    world.network.cut_all(1, 0, true);
    world.run_for(std::chrono::seconds{3});
    ASSERT_TRUE(world.checker.violation());
    EXPECT_EQ(world.checker.violation()->substr(0, 3), "I8:") << *world.checker.violation();
}

/// 10.1: the overlap ends with the first frames, and is said to have been.
TEST(Seeds, ADoubleOwnershipEndsWithTheFirstFrameAndRaisesTheAlarm) {
    WorldOptions options;
    options.keep_assumption = false;
    options.trace = true;
    World world(options);
    world.checker.expect_overlap();
    world.host(0).boot();
    world.host(1).boot();
    ASSERT_TRUE(
        world.run_while_not([&] { return world.checker.all_served(); }, std::chrono::seconds{2}));
    world.network.cut_all(0, 1, true);
    world.network.cut_all(1, 0, true);
    world.run_for(std::chrono::seconds{4});
    EXPECT_EQ(world.checker.servers(0, core::Rights::fresh).size(), 2U);
    world.network.mend();
    // H + 3 d + k, and the write.
    EXPECT_TRUE(world.run_while_not([&] { return world.checker.all_served(); },
                                    std::chrono::milliseconds{100 + 3 * 2 + 1 + 10}));
    const auto& lines = world.trace.lines();
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
        return line.find("double ownership") != std::string::npos;
    }));
}

}  // namespace
}  // namespace cohort::sim
