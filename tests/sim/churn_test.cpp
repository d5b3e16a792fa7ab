// SPDX-License-Identifier: GPL-2.0-or-later
//
// R22: nodes come and go under faults, and still no bucket has two owners; and
// without faults nobody notices.
#include "tests/sim/churn.hpp"
#include "tests/sim/blackout.hpp"
#include "tests/sim/weather.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

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

/// All members agree on one plan of the wanted set, and all is served.
bool follows(World& world, const Operator& staff) {
    std::optional<core::EpochId> epoch;
    for (std::size_t i = 0; i < world.hosts.size(); ++i) {
        if ((staff.wanted() >> i & 1) == 0) {
            continue;
        }
        Host& host = world.host(i);
        if (!host.alive() || host.machine().plan().config_digest != host.config().config_digest ||
            host.machine().plan().id != epoch.value_or(host.machine().plan().id)) {
            return false;
        }
        epoch = host.machine().plan().id;
    }
    return staff.done() && world.checker.all_served();
}

struct Life {
    std::optional<std::string> wrong;
    std::size_t changes = 0;
    std::vector<std::string> trace;
};

Life live(std::uint64_t seed, bool trace) {
    WorldOptions options = five_hosts(seed);
    options.trace = trace;
    World world(options);
    // Votes differ from epoch to epoch here; what they add up to is looked at by
    // the tests of one set of members.
    world.checker.only_ownership();
    Operator staff(world);
    for (std::size_t i = 0; i < 3; ++i) {
        world.host(i).boot();
    }
    world.run_for(seconds{3});
    const TrueTime end = world.scheduler.now() + seconds{30};
    Weather weather(world);
    weather.blow(end);
    staff.work(end + seconds{60});
    world.run_until(end);
    staff.begin_nothing();
    world.calm();
    world.run_for(kAftermath);
    world.heal();
    Life life;
    if (!world.run_while_not([&] { return follows(world, staff); }, seconds{40})) {
        life.wrong = "liveness: the change does not come to its end";
    }
    if (world.checker.violation()) {
        life.wrong = world.checker.violation();
    }
    life.changes = staff.changes();
    life.trace = world.trace.lines();
    return life;
}

TEST(Churn, UnderFaultsNoBucketEverHasTwoOwners) {
    constexpr std::uint64_t kSeeds = 300;
    constexpr std::size_t kLines = 150;
    std::size_t changes = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const Life life = live(seed, false);
        changes += life.changes;
        if (life.wrong) {
            const auto lines = live(seed, true).trace;
            for (std::size_t i = lines.size() - std::min(lines.size(), kLines); i < lines.size();
                 ++i) {
                std::cout << lines[i] << "\n";
            }
            FAIL() << "seed " << seed << ": " << *life.wrong;
        }
    }
    EXPECT_GT(changes, 2 * kSeeds);
}

TEST(Churn, WithoutFaultsNothingIsDarkForLongerThanAPlannedMove) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        World world(five_hosts(seed));
        world.checker.only_ownership();
        Operator staff(world);
        for (std::size_t i = 0; i < 3; ++i) {
            world.host(i).boot();
        }
        ASSERT_TRUE(world.run_while_not([&] { return follows(world, staff); }, seconds{10}));
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
