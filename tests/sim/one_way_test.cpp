// SPDX-License-Identifier: GPL-2.0-or-later
//
// Faults that only one side sees, in mode majority: a node that hears nobody, one
// that nobody hears, and a node that does not hear another. Nothing is dark for
// longer than after a crash, and once the fault is mended all share again.
#include "ctl/cohortd/core/timers.hpp"
#include "tests/sim/blackout.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cohort::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class OneWay : public ::testing::TestWithParam<std::size_t> {
protected:
    static constexpr std::uint64_t kPhases = 20;

    static std::size_t nodes() { return GetParam(); }

    /// `breaks(world)` cuts what it likes; `judge(world, blackout)` looks at the ten
    /// seconds after that.
    template <class Breaks, class Judge>
    static void at_many_phases(Breaks breaks, Judge judge) {
        for (std::uint64_t seed = 1; seed <= kPhases && !HasFailure(); ++seed) {
            SCOPED_TRACE("seed " + std::to_string(seed));
            WorldOptions options;
            options.nodes = nodes();
            options.mode = core::QuorumMode::majority;
            options.buckets = 4 * nodes();
            options.seed = seed;
            World world(options);
            for (auto& host : world.hosts) {
                host->boot();
            }
            ASSERT_TRUE(world.run_while_not([&] { return shares(world); }, seconds{10}));
            world.run_for(world.dice.between(milliseconds{0}, milliseconds{100}));
            Blackout blackout(world);
            breaks(world);
            blackout.run_for(seconds{10});
            judge(world, blackout);
            world.network.mend();
            EXPECT_TRUE(world.run_while_not([&] { return shares(world); }, seconds{10}));
            EXPECT_EQ(world.checker.violation().value_or("none"), "none");
        }
    }

    static std::size_t served_by(World& world, std::size_t host) {
        std::size_t count = 0;
        for (std::size_t b = 0; b < world.host(host).config().buckets; ++b) {
            count +=
                world.host(host).kernel().serves(b, world.host(host).now()) != core::Rights::none;
        }
        return count;
    }

    static bool shares(World& world) {
        for (std::size_t i = 0; i < nodes(); ++i) {
            if (served_by(world, i) != 4) {
                return false;
            }
        }
        return true;
    }

    static void within_a_crash(World& world, const Blackout& blackout) {
        const core::Timers& timers = world.host(0).config().timers;
        EXPECT_LE(blackout.longest(), timers.promise + timers.promise / 1000 +
                                          4 * world.network.delay_most() + milliseconds{3});
        EXPECT_TRUE(world.checker.all_served());
    }
};

TEST_P(OneWay, ANodeThatHearsNobodyIsTakenOverFrom) {
    for (std::size_t deaf = 0; deaf < nodes(); ++deaf) {
        const auto cut = [deaf](World& world) {
            for (std::size_t i = 0; i < nodes(); ++i) {
                world.network.cut_all(i, deaf, i != deaf);
            }
        };
        at_many_phases(cut, [deaf](World& world, const Blackout& blackout) {
            within_a_crash(world, blackout);
            EXPECT_EQ(served_by(world, deaf), 0U);
            const std::size_t other = deaf == 0 ? 1 : 0;
            const core::View view = world.host(other).machine().view(world.host(other).now());
            EXPECT_EQ(view.nodes[deaf].state, core::NodeState::deaf);
        });
    }
}

TEST_P(OneWay, ANodeThatNobodyHearsIsTakenOverFrom) {
    for (std::size_t mute = 0; mute < nodes(); ++mute) {
        const auto cut = [mute](World& world) {
            for (std::size_t i = 0; i < nodes(); ++i) {
                world.network.cut_all(mute, i, i != mute);
            }
        };
        at_many_phases(cut, [mute](World& world, const Blackout& blackout) {
            within_a_crash(world, blackout);
            EXPECT_EQ(served_by(world, mute), 0U);
        });
    }
}

/// Here nothing relays. Others of a pair that lost each other still hear both; only
/// if one of the pair is the planner does anything move.
TEST_P(OneWay, APairThatLosesEachOtherIsNoCrash) {
    for (std::size_t a = 0; a < nodes(); ++a) {
        for (std::size_t b = 0; b < nodes(); ++b) {
            const bool both = a < b;
            const auto cut = [a, b, both](World& world) {
                world.network.cut_all(a, b, true);
                world.network.cut_all(b, a, both);
            };
            if (a == b) {
                continue;
            }
            at_many_phases(cut, [a, b](World& world, const Blackout& blackout) {
                within_a_crash(world, blackout);
                if (a != 0 && b != 0) {
                    EXPECT_EQ(blackout.longest(), Duration{});
                    EXPECT_TRUE(shares(world)) << "nothing moved";
                }
            });
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Nodes, OneWay, ::testing::Values(3, 5));

}  // namespace
}  // namespace cohort::sim
