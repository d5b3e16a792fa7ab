// SPDX-License-Identifier: GPL-2.0-or-later
//
// The everyday number of random lives. `cohort-sim` runs more, and replays one.
#include "tests/sim/parts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace cohort::sim {
namespace {

/// COHORT_SIM_SEEDS multiplies the number of seeds, COHORT_SIM_FROM shifts them.
std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

class Seeds : public ::testing::TestWithParam<Part> {};

TEST_P(Seeds, HoldAllInvariantsAndComeBack) {
    constexpr std::size_t kLines = 150;
    const Part& part = GetParam();
    const std::uint64_t from = setting("COHORT_SIM_FROM", 1);
    const std::uint64_t count = part.everyday * setting("COHORT_SIM_SEEDS", 1);
    Totals totals;
    for (std::uint64_t seed = from; seed < from + count; ++seed) {
        const ScenarioOptions options = scenario_of(part, seed);
        const Verdict verdict = run_scenario(options);
        if (verdict.violation) {
            replay(options, kLines);
            FAIL() << *verdict.violation << "\nthe whole story: " << replay_command(part, seed);
        }
        totals.add(verdict);
    }
    // A simulator in which nothing happens proves nothing.
    EXPECT_GT(totals.openings, 20 * count);
    EXPECT_LT(totals.void_runs, count / 20 + 1);
    if (mode_of(part.mode) == core::QuorumMode::links) {
        EXPECT_GT(totals.takeovers, count / 2);
    }
    EXPECT_EQ(totals.changes > 2 * count, part.life == Life::churn);
    EXPECT_EQ(totals.pauses > count, part.life == Life::clocks);
    if (part.nodes == 3) {
        EXPECT_GT(totals.duels, count / 30);
    }
}

INSTANTIATE_TEST_SUITE_P(Parts, Seeds, ::testing::ValuesIn(parts().begin(), parts().end()),
                         [](const auto& param) { return param.param.name(); });

/// Section 8's caveat: the assumption is necessary, and the checker can see
/// what happens without it.
TEST(MutualSilence, WithEveryLinkCutBothNodesServe) {
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
TEST(MutualSilence, ADoubleOwnershipEndsWithTheFirstFrameAndRaisesTheAlarm) {
    WorldOptions options;
    options.keep_assumption = false;
    options.trace = true;
    World world(options);
    world.checker.expect_overlap(true);
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
