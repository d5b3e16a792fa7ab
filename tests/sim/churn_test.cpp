// SPDX-License-Identifier: GPL-2.0-or-later
//
// R22: nodes come and go, and without faults nobody notices. What must hold under faults is
// looked at in the lives that parts.cpp names.
#include "tests/sim/churn.hpp"
#include "tests/sim/blackout.hpp"

#include <gtest/gtest.h>

namespace cohort::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

WorldOptions five_hosts(std::uint64_t seed) {
    WorldOptions options;
    options.nodes = 5;
    options.mode = core::QuorumMode::majority;
    options.seed = seed;
    return options;
}

TEST(Churn, WithoutFaultsNothingIsDarkForLongerThanAPlannedMove) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        World world(five_hosts(seed));
        world.checker.only_ownership();
        Operator staff(world);
        for (std::size_t i = 0; i < 3; ++i) {
            world.host(i).boot();
        }
        ASSERT_TRUE(world.run_while_not([&] { return staff.followed(); }, seconds{10}));
        world.run_for(seconds{8});
        Blackout blackout(world);
        // Node 4 joins: told to one after the other, it gets its share in time.
        for (std::size_t i = 0; i < 4; ++i) {
            ASSERT_TRUE(world.host(i).reload(staff.config_of(i, 0b1111)));
            blackout.run_for(world.dice.between(milliseconds{1}, seconds{1}));
        }
        world.host(3).boot();
        blackout.run_for(seconds{10});
        EXPECT_FALSE(world.host(3).kernel().states().empty());
        EXPECT_EQ(world.checker.servers(0, core::Rights::fresh).size(), 1U);
        EXPECT_LE(blackout.longest(), milliseconds{60}) << "seed " << seed;
        EXPECT_EQ(world.host(0).machine().view(world.host(0).now()).nodes.size(), 4U);
    }
}

}  // namespace
}  // namespace cohort::sim
