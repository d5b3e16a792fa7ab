// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section 10's bounds in mode links, on links that lose nothing: how long which
// buckets are dark. Each case runs at many phases of both nodes' clocks.
#include "ctl/cohortd/core/timers.hpp"
#include "tests/sim/blackout.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cohort::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kPhases = 60;
constexpr Duration kSlack = milliseconds{2};  ///< the watch's resolution
constexpr Duration kKernel = milliseconds{1};
constexpr Duration kLan = milliseconds{2};  ///< the network's longest delay there
constexpr Duration kSerial = milliseconds{25};
constexpr Duration kDisk = milliseconds{10};

/// Two nodes that share all buckets and have run for a while.
class Bounds : public ::testing::Test {
protected:
    /// Calls `check(world)` for worlds of different phases.
    template <class Check>
    void at_many_phases(Check check) {
        for (std::uint64_t seed = 1; seed <= kPhases && !HasFailure(); ++seed) {
            SCOPED_TRACE("seed " + std::to_string(seed));
            // The network loses what a test cuts, and nothing else.
            World world(WorldOptions{.seed = seed, .keep_assumption = false});
            settle(world);
            if (!HasFatalFailure()) {
                check(world);
            }
            EXPECT_EQ(world.checker.violation().value_or("none"), "none");
        }
    }

    static void settle(World& world) {
        world.host(0).boot();
        world.host(1).boot();
        const auto shared = [&world] {
            return world.checker.all_served() && owned(world, 1) == 3 && owned(world, 2) == 3;
        };
        ASSERT_TRUE(world.run_while_not(shared, seconds{1}));
        world.run_for(seconds{2} + world.dice.between(milliseconds{0}, milliseconds{100}));
    }

    static std::size_t owned(World& world, core::NodeId node) {
        const auto& fresh = world.host(0).machine().plan().fresh;
        return static_cast<std::size_t>(std::count(fresh.begin(), fresh.end(), node));
    }

    /// Buckets of a node at the moment.
    static std::vector<std::size_t> served_by(World& world, std::size_t host) {
        std::vector<std::size_t> out;
        for (std::size_t b = 0; b < world.host(host).config().buckets; ++b) {
            if (world.host(host).kernel().serves(b, world.host(host).now()) != core::Rights::none) {
                out.push_back(b);
            }
        }
        return out;
    }

    static Duration longest(const Blackout& blackout, const std::vector<std::size_t>& buckets) {
        Duration worst{};
        for (const std::size_t b : buckets) {
            worst = std::max(worst, blackout.longest(b));
        }
        return worst;
    }

    core::Timers timers_ = core::make_timers(milliseconds{100}, seconds{1});
};

TEST_F(Bounds, PowerLossCostsThePeersBucketsTheSilenceAndOnesOwnNothing) {
    at_many_phases([this](World& world) {
        const std::size_t dies = world.dice.below(2);
        const auto own = served_by(world, 1 - dies);
        const auto lost = served_by(world, dies);
        ASSERT_EQ(own.size(), 3U);
        Blackout blackout(world);
        world.host(dies).power_off();
        blackout.run_for(seconds{4});
        EXPECT_EQ(longest(blackout, own), Duration{});
        EXPECT_LE(longest(blackout, lost),
                  timers_.silence_take * 1001 / 1000 + 2 * kSerial + kKernel + kSlack);
        EXPECT_TRUE(world.checker.all_served());
    });
}

TEST_F(Bounds, AHungDaemonIsTakenOverFromAndNeverServesTheSame) {
    at_many_phases([this](World& world) {
        const auto own = served_by(world, 1);
        const auto lost = served_by(world, 0);
        Blackout blackout(world);
        world.host(0).stall(seconds{10});
        blackout.run_for(seconds{9});
        EXPECT_EQ(longest(blackout, own), Duration{});
        EXPECT_LE(longest(blackout, lost),
                  timers_.silence_take * 1001 / 1000 + 2 * kSerial + kKernel + kSlack);
        blackout.run_for(seconds{10});
        EXPECT_TRUE(world.checker.all_served());
        EXPECT_EQ(owned(world, 1), 3U) << "it got its buckets back";
    });
}

TEST_F(Bounds, ALinkThatFailsAloneMovesNothing) {
    for (std::size_t link = 0; link < 3; ++link) {
        at_many_phases([link](World& world) {
            const auto epoch = world.host(0).machine().plan().id;
            Blackout blackout(world);
            world.network.cut(link, 0, 1, true);
            world.network.cut(link, 1, 0, true);
            blackout.run_for(seconds{3});
            EXPECT_EQ(blackout.longest(), Duration{});
            EXPECT_EQ(world.host(0).machine().plan().id, epoch);
        });
    }
}

TEST_F(Bounds, TheSerialLineAloneKeepsBothAgreed) {
    at_many_phases([](World& world) {
        const auto epoch = world.host(0).machine().plan().id;
        Blackout blackout(world);
        for (const std::size_t lan : {0U, 1U}) {
            world.network.cut(lan, 0, 1, true);
            world.network.cut(lan, 1, 0, true);
        }
        blackout.run_for(seconds{5});
        EXPECT_EQ(blackout.longest(), Duration{});
        EXPECT_EQ(world.host(0).machine().plan().id, epoch);
        EXPECT_EQ(world.host(1).machine().plan().id, epoch);
    });
}

TEST_F(Bounds, ASickNodeHandsOverWithinSevenDelaysAndTwoWrites) {
    at_many_phases([](World& world) {
        const std::size_t sick = world.dice.below(2);
        const auto own = served_by(world, 1 - sick);
        Blackout blackout(world);
        world.host(sick).inject(core::HealthChanged{false});
        blackout.run_for(seconds{2});
        EXPECT_EQ(longest(blackout, own), Duration{});
        EXPECT_LE(blackout.longest(), 7 * kLan + 2 * kDisk + kKernel + kSlack);
        EXPECT_EQ(served_by(world, sick).size(), 0U);
        EXPECT_TRUE(world.checker.all_served());
    });
}

TEST_F(Bounds, LeavingMovesNewFlowsWithinThreeDelaysAWriteAndTheKernel) {
    at_many_phases([this](World& world) {
        const std::size_t leaver = world.dice.below(2);
        Blackout blackout(world);
        world.host(leaver).inject(core::Leave{});
        blackout.run_for(timers_.promise + milliseconds{200});
        EXPECT_LE(blackout.longest(), 3 * kLan + kDisk + kKernel + kSlack + timers_.trigger_gap);
        EXPECT_TRUE(world.host(leaver).left());
        blackout.run_for(seconds{3});
        EXPECT_TRUE(world.checker.all_served());
        EXPECT_EQ(served_by(world, 1 - leaver).size(), 6U);
    });
}

TEST_F(Bounds, LeavingAloneEndsAtOnce) {
    at_many_phases([](World& world) {
        world.host(0).power_off();
        world.run_for(seconds{3});
        world.host(1).inject(core::Leave{});
        world.run_for(milliseconds{20});
        EXPECT_TRUE(world.host(1).left());
        EXPECT_EQ(served_by(world, 1).size(), 0U);
    });
}

TEST_F(Bounds, LeavingWhileThePeerHangsEnds) {
    at_many_phases([this](World& world) {
        world.host(0).stall(seconds{20});
        world.host(1).inject(core::Leave{});
        world.run_for(3 * timers_.promise);
        EXPECT_TRUE(world.host(1).left());
    });
}

TEST_F(Bounds, ADaemonRestartWithinDetectionIsNotNoticed) {
    at_many_phases([](World& world) {
        const std::size_t restarts = world.dice.below(2);
        const auto epoch = world.host(0).machine().plan().id;
        Blackout blackout(world);
        world.host(restarts).kill();
        blackout.run_for(world.dice.between(milliseconds{50}, milliseconds{220}));
        world.host(restarts).start();
        blackout.run_for(seconds{3});
        EXPECT_EQ(blackout.longest(), Duration{});
        EXPECT_EQ(world.host(0).machine().plan().id, epoch);
    });
}

TEST_F(Bounds, ARestartThatIsToldBeforehandMayTakeMostOfALease) {
    at_many_phases([](World& world) {
        const std::size_t restarts = world.dice.below(2);
        const auto epoch = world.host(0).machine().plan().id;
        Blackout blackout(world);
        world.host(restarts).inject(core::Yield{});
        blackout.run_for(milliseconds{220});
        ASSERT_FALSE(world.host(restarts).alive());
        EXPECT_FALSE(world.host(restarts).left());
        blackout.run_for(world.dice.between(milliseconds{50}, milliseconds{650}));
        world.host(restarts).start();
        blackout.run_for(seconds{3});
        EXPECT_EQ(blackout.longest(), Duration{});
        EXPECT_EQ(world.host(0).machine().plan().id, epoch);
    });
}

TEST_F(Bounds, ARestartThatFailsCostsNoMoreThanACrash) {
    at_many_phases([this](World& world) {
        const std::size_t ends = world.dice.below(2);
        const auto own = served_by(world, 1 - ends);
        world.host(ends).inject(core::Yield{});
        world.run_for(milliseconds{220});
        ASSERT_FALSE(world.host(ends).alive());
        Blackout blackout(world);
        blackout.run_for(seconds{4});
        EXPECT_EQ(longest(blackout, own), Duration{});
        EXPECT_LE(blackout.longest(),
                  timers_.silence_take * 1001 / 1000 + 2 * kSerial + kKernel + kSlack);
        EXPECT_TRUE(world.checker.all_served());
    });
}

TEST_F(Bounds, ALongerDaemonRestartIsAPlannedMove) {
    at_many_phases([this](World& world) {
        const std::size_t restarts = world.dice.below(2);
        const auto own = served_by(world, 1 - restarts);
        Blackout blackout(world);
        world.host(restarts).kill();
        blackout.run_for(world.dice.between(milliseconds{400}, milliseconds{700}));
        world.host(restarts).start();
        blackout.run_for(seconds{3});
        EXPECT_EQ(longest(blackout, own), Duration{});
        EXPECT_LE(blackout.longest(), 5 * kLan + kDisk + kKernel + kSlack + timers_.trigger_gap);
    });
}

TEST_F(Bounds, ANodeThatComesBackWaitsForItsShareAndGetsItWithoutAGap) {
    at_many_phases([this](World& world) {
        world.host(0).power_off();
        world.run_for(seconds{5});
        world.host(0).boot();
        Blackout blackout(world);
        blackout.run_for(timers_.damp - milliseconds{200});
        EXPECT_EQ(served_by(world, 0).size(), 0U);
        EXPECT_EQ(blackout.longest(), Duration{});
        blackout.run_for(milliseconds{600});
        EXPECT_EQ(served_by(world, 0).size(), 3U);
        EXPECT_LE(blackout.longest(), 3 * kLan + kDisk + kKernel + kSlack + timers_.trigger_gap);
    });
}

TEST_F(Bounds, ANodeAloneAtFirstBootTakesAllAfterTheLongSilence) {
    for (std::uint64_t seed = 1; seed <= kPhases; ++seed) {
        World world(WorldOptions{.seed = seed});
        world.host(1).boot();
        world.run_for(timers_.silence_long - milliseconds{20});
        EXPECT_EQ(served_by(world, 1).size(), 0U);
        world.run_for(milliseconds{100});
        EXPECT_EQ(served_by(world, 1).size(), 6U) << "seed " << seed;
    }
}

TEST_F(Bounds, ADeafNodeTakesOverAndTheOtherRunsOut) {
    at_many_phases([this](World& world) {
        world.network.cut_all(0, 1, true);
        Blackout blackout(world);
        blackout.run_for(seconds{4});
        EXPECT_TRUE(world.checker.all_served());
        EXPECT_EQ(served_by(world, 1).size(), 6U) << "the deaf one is the one that takes over";
        EXPECT_LE(blackout.longest(), timers_.silence_long + milliseconds{100});
    });
}

}  // namespace
}  // namespace cohort::sim
