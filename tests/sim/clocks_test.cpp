// SPDX-License-Identifier: GPL-2.0-or-later
//
// Assumption A1: what clocks may do at most, and what a clock that stands still
// while its host is paused costs.
#include "tests/sim/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace cohort::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Clocks : public ::testing::TestWithParam<core::QuorumMode> {
protected:
    static constexpr std::uint64_t kPhases = 20;

    static WorldOptions options(std::uint64_t seed) {
        const bool links = GetParam() == core::QuorumMode::links;
        WorldOptions out;
        out.nodes = links ? 2 : 3;
        out.mode = GetParam();
        out.seed = seed;
        out.keep_assumption = false;
        return out;
    }

    static void settle(World& world) {
        for (auto& host : world.hosts) {
            host->boot();
        }
        ASSERT_TRUE(world.run_while_not([&] { return world.checker.all_served(); }, seconds{15}));
        world.run_for(seconds{1} + world.dice.between(milliseconds{0}, milliseconds{100}));
    }
};

/// The last owner's clock is as slow as may be, and everybody else's as fast.
/// What was violated, if anything, when its daemon dies and its kernel goes on.
std::optional<std::string> outlive_the_promise(const WorldOptions& options) {
    World world(options);
    for (std::size_t i = 0; i < world.hosts.size(); ++i) {
        world.host(i).run_fast(i == 1 ? -core::kClockErrorPpm : core::kClockErrorPpm);
        world.host(i).boot();
    }
    world.run_while_not([&] { return world.checker.all_served(); }, seconds{30});
    world.run_for(seconds{1} + world.dice.between(milliseconds{0}, milliseconds{100}));
    world.host(1).kill();
    world.run_for(2 * options.timers.promise);
    EXPECT_TRUE(world.checker.violation() || world.checker.all_served());
    return world.checker.violation();
}

TEST_P(Clocks, AtOppositeExtremesTheLeaseStillEndsBeforeThePromise) {
    for (std::uint64_t seed = 1; seed <= kPhases; ++seed) {
        EXPECT_EQ(outlive_the_promise(options(seed)).value_or("none"), "none") << "seed " << seed;
    }
}

/// T1, with a lease so long that the drift is more than the guard and the
/// period after which an ack is heard of.
TEST_P(Clocks, APromiseThatLeavesOutTheDriftIsTooShort) {
    for (std::uint64_t seed = 1; seed <= kPhases / 4; ++seed) {
        WorldOptions long_lease = options(seed);
        core::Timers& timers = long_lease.timers;
        timers = core::make_timers(milliseconds{100}, seconds{150});
        EXPECT_EQ(outlive_the_promise(long_lease).value_or("none"), "none") << "seed " << seed;
        timers.promise = timers.silence_take = timers.lease + core::kClockGuard;
        EXPECT_TRUE(outlive_the_promise(long_lease)) << "seed " << seed;
    }
}

/// 10.1: nothing in a paused guest can know of the pause; it may serve on for
/// what its lease had left.
TEST_P(Clocks, AfterAPauseBothServeForNoLongerThanTheLeaseHadLeft) {
    Duration longest{};
    for (std::uint64_t seed = 1; seed <= kPhases; ++seed) {
        for (const bool daemon_lives : {true, false}) {
            SCOPED_TRACE("seed " + std::to_string(seed));
            WorldOptions paused = options(seed);
            paused.past_violations = true;  // that is what a pause brings about
            World world(paused);
            world.checker.expect_overlap(true);
            settle(world);
            Host& guest = world.host(0);
            if (!daemon_lives) {
                guest.kill();
                world.run_for(world.dice.between(milliseconds{0}, milliseconds{900}));
            }
            const Duration left =
                std::max(guest.kernel().held().deadline - guest.now(), Duration{});
            guest.pause();
            ASSERT_TRUE(
                world.run_while_not([&] { return world.checker.all_served(); }, seconds{5}));
            guest.resume();
            Duration overlap{};
            while (!world.checker.all_served() && overlap <= seconds{2}) {
                world.run_for(milliseconds{1});
                overlap += milliseconds{1};
            }
            EXPECT_LE(overlap, left + left * core::kClockErrorPpm / 1'000'000 + milliseconds{1});
            longest = std::max(longest, overlap);
        }
    }
    EXPECT_GT(longest, milliseconds{500}) << "the case is real";
}

class LentLease : public Clocks {};

/// What a silence has lent ends when the borrower's clock says so, at whatever
/// rate that runs by then: it stands on no voter's promise (R25).
TEST_P(LentLease, IsCarriedOverAChangeOfRate) {
    for (std::uint64_t seed = 1; seed <= kPhases; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(options(seed));
        Host& last = world.host(1);
        last.run_fast(core::kClockErrorPpm);
        settle(world);
        const core::EpochId before = last.machine().plan().id;
        const Time acked = last.kernel().held().deadline;
        world.host(0).power_off();
        last.inject(core::HealthChanged{false});  // so that it plans nothing before its restart
        ASSERT_TRUE(world.run_while_not(
            [&] { return last.kernel().held().deadline > acked + milliseconds{500}; }, seconds{1}));
        last.kill();
        last.start();
        last.slew(-core::kClockErrorPpm);
        ASSERT_TRUE(
            world.run_while_not([&] { return last.machine().plan().id != before; }, seconds{1}));
        EXPECT_LT(last.now(), last.kernel().held().deadline) << "the case is real";
        world.run_for(seconds{5});
        EXPECT_EQ(world.checker.violation().value_or("none"), "none");
    }
}

INSTANTIATE_TEST_SUITE_P(Modes, Clocks,
                         ::testing::Values(core::QuorumMode::links, core::QuorumMode::majority),
                         [](const auto& param) {
                             return param.param == core::QuorumMode::links ? "links" : "majority";
                         });
INSTANTIATE_TEST_SUITE_P(Links, LentLease, ::testing::Values(core::QuorumMode::links));

}  // namespace
}  // namespace cohort::sim
