// SPDX-License-Identifier: GPL-2.0-or-later
//
// Rules whose need is rare at random: what happens is written down step by step, harmless
// with the rule, and not without it.
#include "ctl/cohortd/core/mutate.hpp"
#include "tests/sim/world.hpp"
#include "tests/unit/core/bench.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cohort::sim {
namespace {

using core::QuorumMode;
using std::chrono::milliseconds;
using std::chrono::seconds;

void settle(World& world) {
    for (auto& host : world.hosts) {
        host->boot();
    }
    world.run_while_not([&] { return world.checker.all_served(); }, seconds{3});
    world.run_for(seconds{1});
}

/// Most of twenty seeds of the story break an invariant while the rule is weakened, and none
/// does otherwise.
template <class Story>
void expect_most_find(core::Mutation mutation, Story story) {
    std::size_t found = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        EXPECT_EQ(story(seed).value_or("none"), "none");
        core::active_mutation = mutation;
        found += story(seed) ? 1 : 0;
        core::active_mutation = core::Mutation::none;
    }
    EXPECT_GT(found, 10U);
}

/// R6 with virtual facts, rare at random: node 2 took over and fell asleep,
/// node 1 booted at a lower epoch and took over in turn, node 2 wakes up with
/// everything still open at the higher epoch, and node 1's kernel is slow.
std::optional<std::string> wake_up_against_a_slow_kernel(std::uint64_t seed) {
    WorldOptions options;
    options.seed = seed;
    options.keep_assumption = false;
    World world(options);
    settle(world);
    world.host(0).power_off();
    world.run_for(seconds{3});
    world.host(1).stall(seconds{6});
    world.run_for(seconds{2});
    world.host(0).boot();
    world.run_for(seconds{3});
    world.host(0).faults().kernel_most = milliseconds{200};
    world.run_for(seconds{3});
    return world.checker.violation();
}

TEST(DirectedMutation, R6_AckBeforeRelease) {
    expect_most_find(core::Mutation::ack_before_release, wake_up_against_a_slow_kernel);
}

/// R10's second round, rare at random: node 3 is given what node 2 has;
/// node 1 reports node 2 clear and acks once, then moves on to an epoch that
/// lets node 2 keep it.
std::string open_by_old_reports() {
    using namespace core;
    bench::Bench b(3, QuorumMode::majority, 1, 3);
    b.start(bench::make_plan(1, 1, "2"));
    for (const NodeId id : std::vector<NodeId>{1, 2}) {
        b.peer(id).epoch = b.accepted();
        b.prove(id);
    }
    b.chatter(milliseconds{1500});
    const Plan e2 = bench::make_plan(2, 1, "3");
    b.send_plan(1, e2);
    b.pass(b.timers.trigger_gap);
    b.peer(1).epoch = e2.id;
    b.peer(1).flags.released = true;
    b.peer(1).clear = node_bit(2);
    b.beat(1);
    b.pass(milliseconds{1200});  // node 3's own promise to node 2 runs out
    return b.held();
}

/// R8's exact epoch, rare at random: node 2 skipped the epoch that gives node 3
/// its bucket, and says RELEASED at a later one that lets it keep the bucket.
std::string open_by_a_release_of_a_higher_epoch() {
    using namespace core;
    bench::Bench b(3, QuorumMode::majority, 1, 3);
    b.start(bench::make_plan(2, 1, "3"));
    for (const NodeId id : std::vector<NodeId>{1, 2}) {
        b.peer(id).epoch = b.accepted();
        b.prove(id);
    }
    b.peer(1).flags.released = true;
    b.peer(2).epoch = bench::make_plan(3, 1, "2").id;
    b.peer(2).flags.released = true;
    b.chatter(milliseconds{300});
    return b.held();
}

TEST(DirectedMutation, R8_ReleaseOfHigherEpoch) {
    EXPECT_EQ(open_by_a_release_of_a_higher_epoch(), "-");
    core::active_mutation = core::Mutation::release_of_higher_epoch;
    EXPECT_EQ(open_by_a_release_of_a_higher_epoch(), "O") << "which node 2 serves";
    core::active_mutation = core::Mutation::none;
}

TEST(DirectedMutation, R10_NoSecondRound) {
    EXPECT_EQ(open_by_old_reports(), "-");
    core::active_mutation = core::Mutation::no_second_round;
    EXPECT_EQ(open_by_old_reports(), "O") << "while node 2 may have kept it at a third epoch";
    core::active_mutation = core::Mutation::none;
}

/// R25: node 2 has released what is node 1's again, but cannot hear that node 1 waits for
/// its ack. It takes over anew, of which node 1 hears, but which its disk does not take yet.
std::optional<std::string> open_by_the_silence_of_a_taker(std::uint64_t seed) {
    WorldOptions options;
    options.seed = seed;
    options.keep_assumption = false;
    World world(options);
    settle(world);
    world.host(0).power_off();
    world.run_for(seconds{3});
    world.host(0).boot();
    const auto alone = world.host(1).machine().plan().id;
    world.run_while_not([&] { return world.host(1).machine().plan().id > alone; }, seconds{8});
    world.network.cut_all(0, 1, true);
    world.host(0).faults().disk_least = world.host(0).faults().disk_most = seconds{9};
    world.run_for(milliseconds{250});
    world.network.cut_all(1, 0, true);
    world.run_while_not([&] { return world.checker.all_served(); }, seconds{3});
    world.network.cut_all(1, 0, false);
    world.run_for(milliseconds{300});
    world.network.cut_all(0, 1, false);
    world.network.cut_all(1, 0, true);
    world.run_for(seconds{1});
    return world.checker.violation();
}

/// R27: node 2 has fenced node 1 and serves all. Node 1 is back at its old epoch, hears
/// late frames in which node 2 had released its share of that, and its disk takes no more.
std::optional<std::string> open_by_late_releases(std::uint64_t seed) {
    WorldOptions options;
    options.seed = seed;
    options.mode = QuorumMode::fence;
    World world(options);
    settle(world);
    for (std::size_t i = 0; i < world.network.links(); ++i) {
        world.network.link(i).late = 0.5;
        world.network.link(i).latest = seconds{3};
    }
    world.run_for(seconds{1});
    world.host(0).power_off();
    world.host(0).faults().disk_least = world.host(0).faults().disk_most = seconds{9};
    world.run_while_not([&] { return world.checker.all_served(); }, seconds{2});
    world.host(0).boot();
    world.run_for(seconds{3});
    return world.checker.violation();
}

TEST(DirectedMutation, R25_KeepSeconds) {
    expect_most_find(core::Mutation::keep_seconds, open_by_the_silence_of_a_taker);
}

TEST(DirectedMutation, R27_KeepSeconds) {
    expect_most_find(core::Mutation::keep_seconds, open_by_late_releases);
}

}  // namespace
}  // namespace cohort::sim
