// SPDX-License-Identifier: GPL-2.0-or-later
//
// The same failover over and over; each time one daemon, or its host, dies
// after another one of its actions: between a write and the kernel's update,
// between that and the announcement, after half of a plan, everywhere.
#include "tests/sim/peace.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cohort::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Case {
    const char* name;
    std::size_t nodes;
    core::QuorumMode mode;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

class Sweep : public ::testing::TestWithParam<Case> {
protected:
    static WorldOptions options() {
        WorldOptions out;
        out.nodes = GetParam().nodes;
        out.mode = GetParam().mode;
        out.keep_assumption = false;
        return out;
    }

    static void settle(World& world) {
        for (auto& host : world.hosts) {
            host->boot();
        }
        ASSERT_TRUE(world.run_while_not([&] { return world.checker.all_served(); }, seconds{3}));
        world.run_for(seconds{1});
    }

    /// Node 1, the planner, loses power and is taken over from; the next
    /// planner turns sick and hands over; node 1 comes back meanwhile.
    static void fail_over(World& world) {
        world.host(0).power_off();
        world.run_for(milliseconds{1500});
        world.host(0).boot();
        world.run_for(milliseconds{300});
        world.host(1).inject(core::HealthChanged{false});
        world.run_for(milliseconds{700});
    }

    /// Once the victim has died it comes back: a daemon soon, a host later.
    static void come_back(World& world, Host& victim, TrueTime until) {
        if (!victim.alive() && victim.faults().doom.action != 0 &&
            victim.actions_done() >= victim.faults().doom.action) {
            world.scheduler.after(victim.faults().doom.power ? milliseconds{700} : milliseconds{90},
                                  [&victim] {
                                      victim.boot();
                                      victim.start();
                                  });
        } else if (world.scheduler.now() < until) {
            world.scheduler.after(milliseconds{5},
                                  [&world, &victim, until] { come_back(world, victim, until); });
        }
    }

    static void die_at(std::size_t victim, std::uint64_t action, bool power) {
        World world(options());
        settle(world);
        Host& host = world.host(victim);
        host.faults().doom = {action, power};
        come_back(world, host, world.scheduler.now() + seconds{4});
        fail_over(world);
        world.heal();
        const auto bound = liveness_bound(host.config(), world.network);
        EXPECT_TRUE(world.run_while_not([&] { return world.checker.all_served(); }, bound.served));
        EXPECT_EQ(world.checker.violation().value_or("none"), "none");
        EXPECT_GE(host.actions_done(), action) << "the scenario is over before that";
    }
};

TEST_P(Sweep, NoActionIsTheWrongOneToDieAfter) {
    for (std::size_t victim = 0; victim < GetParam().nodes; ++victim) {
        World whole(options());
        settle(whole);
        const std::uint64_t first = whole.host(victim).actions_done() + 1;
        fail_over(whole);
        const std::uint64_t last = whole.host(victim).actions_done();
        ASSERT_GT(last, first + 30);
        for (std::uint64_t action = first; action <= last && !HasFailure(); ++action) {
            for (const bool power : {false, true}) {
                SCOPED_TRACE("node " + std::to_string(victim + 1) + " dies after action " +
                             std::to_string(action) + (power ? " with its host" : ""));
                die_at(victim, action, power);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Modes, Sweep,
                         ::testing::Values(Case{"links", 2, core::QuorumMode::links},
                                           Case{"majority3", 3, core::QuorumMode::majority},
                                           Case{"majority4", 4, core::QuorumMode::majority}),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace cohort::sim
