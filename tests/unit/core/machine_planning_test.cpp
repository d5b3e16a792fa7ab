// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who plans, when and what (R16, R17, R19, R20), and leaving (R21).
#include "ctl/cohortd/core/timers.hpp"
#include "tests/unit/core/bench.hpp"

#include <algorithm>

namespace cohort::core::bench {
namespace {

std::string owners(const Plan& plan) {
    std::string out;
    for (const NodeId id : plan.fresh) {
        out += static_cast<char>('0' + id);
    }
    return out;
}

/// The peer says yes to every prevote.
void grant_prevote(Bench& b, NodeId id) {
    const auto asked = b.sent<Prevote>();
    ASSERT_FALSE(asked.empty());
    b.say(id, PrevoteOk{b.header(id), b.config.self, asked.back().counter});
}

TEST(Planner, IsTheLowestHealthyNode) {
    Bench one;
    one.start();
    one.prove(2);
    one.pass(milliseconds{20});
    EXPECT_FALSE(one.sent<Prevote>().empty());

    Bench two(2, QuorumMode::links, 4, 2);
    two.start();
    two.prove(1);
    two.chatter(milliseconds{500});
    EXPECT_TRUE(two.sent<Prevote>().empty());
    two.peer(1).health = 0;
    two.beat(1);
    EXPECT_FALSE(two.sent<Prevote>().empty());
}

TEST(Planner, IssuesOnlyAfterAQuorumAgreed) {
    Bench b;
    b.start();
    b.prove(2);
    b.pass(milliseconds{20});
    EXPECT_TRUE(b.all<Persist>().empty());
    grant_prevote(b, 2);
    ASSERT_EQ(b.all<Persist>().size(), 1U);
    EXPECT_EQ(owners(b.all<Persist>()[0].plan), "1122");
    EXPECT_EQ(b.accepted().counter, 1U);
    EXPECT_EQ(b.accepted().planner, 1);
    EXPECT_FALSE(b.sent<PlanFragment>().empty()) << "and publishes it";
}

TEST(Planner, StepsBackAfterAnAttemptThatFailed) {
    Bench b;
    b.start();
    b.prove(2);
    b.forget();
    b.chatter(milliseconds{340});
    EXPECT_LE(b.sent<Prevote>().size(), 4U) << "asked again each period";
    b.chatter(milliseconds{40});
    b.forget();
    b.chatter(milliseconds{300});
    EXPECT_TRUE(b.sent<Prevote>().empty()) << "for T_detect at least";
    b.chatter(milliseconds{700});
    EXPECT_FALSE(b.sent<Prevote>().empty());
}

TEST(Planner, CountsFromTheHighestCounterSeen) {
    Bench b;
    b.start(make_plan(3, 1, "1111"));
    b.peer(2).epoch = b.accepted();
    b.prove(2);
    b.peer(2).epoch = {41, 2, 9};
    b.beat(2);  // its plan never arrives
    b.peer(2).epoch = b.accepted();
    b.step(HealthChanged{false});
    b.step(HealthChanged{true});
    b.peer(2).weight = 1;
    b.chatter(seconds{6});
    ASSERT_FALSE(b.sent<Prevote>().empty());
    EXPECT_EQ(b.sent<Prevote>().back().counter, 42U);
}

TEST(Prevote, IsRefusedWhileALowerHealthyNodeIsThere) {
    Bench b;
    b.share("1122");
    b.forget();
    b.say(2, Prevote{b.header(2), 5});
    EXPECT_TRUE(b.sent<PrevoteOk>().empty()) << "this node itself is lower and healthy";
    b.step(HealthChanged{false});
    b.say(2, Prevote{b.header(2), 5});
    ASSERT_EQ(b.sent<PrevoteOk>().size(), 1U);
    EXPECT_EQ(b.sent<PrevoteOk>()[0].counter, 5U);
    EXPECT_EQ(b.sent<PrevoteOk>()[0].to, 2);
    b.say(2, Prevote{b.header(2), 1});
    EXPECT_EQ(b.sent<PrevoteOk>().size(), 1U) << "not above the accepted epoch";
}

TEST(Health, ASickPeerLosesItsBuckets) {
    Bench b;
    b.share("1122");
    b.peer(2).health = 0;
    b.beat(2);
    grant_prevote(b, 2);
    EXPECT_EQ(owners(b.machine.plan()), "1111");
}

TEST(Health, WithBothSickThePlanStays) {
    Bench b;
    b.share("1122");
    b.step(HealthChanged{false});
    b.peer(2).health = 0;
    b.chatter(seconds{3});
    EXPECT_TRUE(b.sent<Prevote>().empty());
    EXPECT_EQ(b.kernel(), "OO--") << "a sick node keeps its vote and what it holds";
    EXPECT_EQ(b.last_heartbeat().header.health, 0);
}

TEST(Health, ItsChangeIsToldAtOnce) {
    Bench b;
    b.share("1122");
    b.pass(milliseconds{20});
    b.forget();
    b.step(HealthChanged{false});
    b.pass(Duration{});
    ASSERT_EQ(b.sent<Heartbeat>().size(), 1U);
    EXPECT_EQ(b.sent<Heartbeat>()[0].header.health, 0);
}

TEST(Damping, AReturnedNodeGainsNothingBeforeTDamp) {
    Bench b;
    b.share("1111");
    b.forget();
    b.chatter(b.timers.damp - milliseconds{500});
    EXPECT_TRUE(b.sent<Prevote>().empty());
    for (int i = 0; i < 10 && b.sent<Prevote>().empty(); ++i) {
        b.chatter(milliseconds{100});
    }
    grant_prevote(b, 2);
    EXPECT_EQ(owners(b.machine.plan()), "1122");
}

TEST(Damping, IsForThePlannerToo) {
    Bench b;
    b.share("1122");
    const Plan without = make_plan(2, 2, "2222");
    b.send_plan(2, without);
    b.peer(2).epoch = without.id;
    b.forget();
    b.chatter(b.timers.damp - milliseconds{500});
    EXPECT_TRUE(b.sent<Prevote>().empty()) << "the other one did without it";
    for (int i = 0; i < 10 && b.sent<Prevote>().empty(); ++i) {
        b.chatter(milliseconds{100});
    }
    grant_prevote(b, 2);
    EXPECT_EQ(owners(b.machine.plan()), "1122");
}

TEST(Damping, DoesNotTakeFromANodeWhatItHas) {
    Bench b;
    b.share("1122");
    b.forget();
    b.chatter(milliseconds{500});
    EXPECT_TRUE(b.sent<Prevote>().empty()) << "both have just been heard, and own what they should";
}

TEST(Damping, IsWaivedWhenNobodyElseIsThere) {
    Bench b;
    b.share("2222");
    b.pass(milliseconds{500});
    EXPECT_EQ(owners(b.machine.plan()), "1111");
}

TEST(VoluntaryMoves, WaitForAPeerThatDoesNotAck) {
    Bench b;
    b.share("1111");
    b.peer(2).acks = false;
    b.forget();
    b.chatter(seconds{8});
    EXPECT_TRUE(b.sent<Prevote>().empty()) << "it would hold up the barrier";
}

TEST(Minority, DoesNotPlan) {
    Bench b(3, QuorumMode::majority);
    b.share("1123");
    b.pass(seconds{5});
    EXPECT_EQ(b.accepted().counter, 1U);
    EXPECT_TRUE(b.sent<Prevote>().empty());
}

TEST(Majority, PlansForADeadThird) {
    Bench b(3, QuorumMode::majority);
    b.share("1123");
    b.forget();
    for (int i = 0; i < 6; ++i) {
        b.beat(2);
        b.pass(milliseconds{100});
    }
    grant_prevote(b, 2);
    EXPECT_EQ(b.accepted().counter, 2U);
    EXPECT_EQ(owners(b.machine.plan()), "1122");
}

/// Three nodes that agree, have two buckets each, and hear each other.
void agree_of_three(Bench& b) {
    b.start(make_plan(1, 1, "112233"));
    for (const NodeId id : {NodeId{1}, NodeId{2}, NodeId{3}}) {
        if (id != b.config.self) {
            b.prove(id);
            b.follow(id);
        }
    }
    b.chatter(milliseconds{500});
    b.forget();
}

TEST(Planner, TakesFromANodeThatIsHeardAndHearsNoQuorum) {
    Bench b(3, QuorumMode::majority, 6, 1);
    agree_of_three(b);
    b.peer(3).hears = false;
    b.peer(3).acks = false;
    b.chatter(2 * b.timers.heartbeat);
    EXPECT_TRUE(b.sent<Prevote>().empty()) << "it may have just come back";
    b.chatter(b.timers.heartbeat);
    EXPECT_EQ(b.machine.view(b.now).nodes[2].state, NodeState::deaf);
    grant_prevote(b, 2);
    EXPECT_EQ(owners(b.machine.plan()), "112212");
    b.peer(3).hears = true;
    b.beat(3);
    b.pass(b.timers.heartbeat);
    EXPECT_EQ(b.machine.view(b.now).nodes[2].state, NodeState::alive);
}

/// It cannot be told anything, so its heartbeats must not cost one of everybody else's.
TEST(Planner, SendsNoMoreThanBeforeForANodeThatHearsNobody) {
    Bench b(3, QuorumMode::majority, 6, 1);
    agree_of_three(b);
    b.peer(3).hears = false;
    b.peer(3).acks = false;
    b.chatter(3 * b.timers.heartbeat);
    grant_prevote(b, 2);
    ASSERT_EQ(b.accepted().counter, 2U);
    b.follow(2);
    b.chatter(seconds{1});
    b.forget();
    b.chatter(seconds{1});
    const auto sent = b.sent<Heartbeat>();
    EXPECT_LE(sent.size(), 11U);
    for (const Heartbeat& heartbeat : sent) {
        EXPECT_FALSE(heartbeat.header.flags.answer);
    }
}

TEST(Planner, StandsInForALowerNodeThatHearsNoQuorum) {
    Bench b(3, QuorumMode::majority, 6, 2);
    agree_of_three(b);
    b.peer(1).hears = false;
    b.peer(1).acks = false;
    b.chatter(3 * b.timers.heartbeat);
    EXPECT_FALSE(b.sent<Prevote>().empty());
}

TEST(Planner, LeavesAPeerThatIsBeingRestartedItsBucketsForMostOfALease) {
    Bench b;
    b.share("1122");
    b.peer(2).flags.returning = true;
    b.beat(2);
    b.forget();
    b.pass(b.timers.lease - b.timers.heartbeat);
    EXPECT_EQ(b.machine.view(b.now).nodes[1].state, NodeState::alive);
    EXPECT_EQ(b.accepted().counter, 1U);
    b.pass(milliseconds{20});
    EXPECT_EQ(b.machine.view(b.now).nodes[1].state, NodeState::silent);
    EXPECT_EQ(b.accepted().counter, 2U);
}

TEST(Planner, StandsInForALowerNodeThatIsBeingRestarted) {
    Bench b(3, QuorumMode::majority, 6, 2);
    agree_of_three(b);
    b.peer(3).health = 0;
    b.beat(3);
    b.pass(milliseconds{20});
    EXPECT_TRUE(b.sent<Prevote>().empty()) << "node 1 plans";
    b.peer(1).flags.returning = true;
    b.beat(1);
    b.pass(milliseconds{20});
    EXPECT_FALSE(b.sent<Prevote>().empty());
}

TEST(Yielding, TellsThePeersTwiceAndLeavesTheKernelAsItIs) {
    Bench b;
    b.share("1122");
    b.forget();
    b.step(Yield{});
    b.chatter(2 * b.timers.heartbeat - milliseconds{1});
    EXPECT_TRUE(b.all<Stopped>().empty());
    const auto told = b.sent<Heartbeat>();
    EXPECT_GE(told.size(), 2U);
    for (const Heartbeat& heartbeat : told) {
        EXPECT_TRUE(heartbeat.header.flags.returning);
        EXPECT_FALSE(heartbeat.header.flags.leaving);
        EXPECT_EQ(heartbeat.header.weight, 1);
    }
    b.chatter(milliseconds{10});
    ASSERT_EQ(b.all<Stopped>().size(), 1U);
    EXPECT_TRUE(b.all<Stopped>()[0].succeeded);
    EXPECT_EQ(b.kernel(), "OO--");
    EXPECT_TRUE(b.all<KernelSet>().empty());
}

TEST(Yielding, GivesWayToLeaving) {
    Bench b;
    b.share("1122");
    b.step(Yield{});
    b.step(Leave{});
    b.step(Yield{});
    b.chatter(milliseconds{500});
    EXPECT_TRUE(b.all<Stopped>().empty());
    EXPECT_TRUE(b.last_heartbeat().header.flags.leaving);
    EXPECT_FALSE(b.last_heartbeat().header.flags.returning);
}

TEST(Leaving, HandsOverAndStopsAfterItsPromisesRanOut) {
    Bench b(2, QuorumMode::links, 4, 2);
    b.share("1122");
    b.step(Leave{});
    b.pass(b.timers.trigger_gap);
    EXPECT_TRUE(b.last_heartbeat().header.flags.leaving);
    EXPECT_EQ(b.last_heartbeat().header.weight, 0);
    EXPECT_EQ(b.kernel(), "--OO") << "serving until somebody takes over";

    b.send_plan(1, make_plan(2, 1, "1111"));
    EXPECT_EQ(b.kernel(), "----");
    b.follow(1);
    b.pass(milliseconds{100});
    EXPECT_TRUE(b.last_heartbeat().header.flags.released);
    EXPECT_FALSE(b.last_heartbeat().header.flags.want_lease);
    EXPECT_TRUE(b.all<Stopped>().empty());
    b.chatter(b.timers.promise - milliseconds{200});
    EXPECT_TRUE(b.all<Stopped>().empty());
    b.chatter(milliseconds{200});
    EXPECT_EQ(b.all<Stopped>().size(), 1U);
}

TEST(Leaving, PlansNothingAndOpensNothingAfterwards) {
    Bench b;
    b.share("1122");
    b.step(Leave{});
    b.forget();
    b.chatter(milliseconds{300});
    EXPECT_TRUE(b.sent<Prevote>().empty());
}

TEST(Leaving, WithoutAPeerClearsTheKernelAndStops) {
    Bench b;
    b.share("1122");
    b.pass(seconds{3});
    ASSERT_EQ(b.kernel(), "OOOO");
    b.step(Leave{});
    EXPECT_EQ(b.kernel(), "----");
    EXPECT_EQ(b.all<Stopped>().size(), 1U);
}

TEST(Leaving, WithASickPeerDoesNotWaitForIt) {
    Bench b;
    b.share("1122");
    b.peer(2).health = 0;
    b.peer(2).flags.want_lease = true;
    b.beat(2);
    b.step(Leave{});
    EXPECT_EQ(b.all<Stopped>().size(), 1U);
}

TEST(Leaving, EndsWithinABoundWhateverThePeerDoes) {
    Bench b;
    b.share("1122");
    b.step(Leave{});
    b.chatter(2 * b.timers.promise + milliseconds{200});
    EXPECT_EQ(b.all<Stopped>().size(), 1U);
    EXPECT_EQ(b.kernel(), "----");
}

TEST(Leaving, EndsWithinABoundWhenTheKernelDoesNotAnswer) {
    Bench b;
    b.share("1122");
    b.kernel_answers = false;
    b.step(Leave{});
    b.chatter(longest_leave(b.timers));
    EXPECT_EQ(b.all<Stopped>().size(), 1U);
}

TEST(Leaving, ALeavingPeerLosesItsBucketsAndIsShownSo) {
    Bench b;
    b.share("1122");
    b.peer(2).flags.leaving = true;
    b.peer(2).weight = 0;
    b.beat(2);
    EXPECT_EQ(b.machine.view(b.now).nodes[1].state, NodeState::leaving);
    grant_prevote(b, 2);
    EXPECT_EQ(owners(b.machine.plan()), "1111");
    b.pass(milliseconds{500});
    EXPECT_EQ(b.machine.view(b.now).nodes[1].state, NodeState::left);
}

TEST(View, ShowsWhatIsServedAndByWhom) {
    Bench b;
    b.share("1222");
    const View view = b.machine.view(b.now);
    EXPECT_EQ(view.epoch, b.accepted());
    EXPECT_TRUE(view.quorate);
    EXPECT_EQ(view.serving, 1U);
    ASSERT_EQ(view.nodes.size(), 2U);
    EXPECT_EQ(view.nodes[0].owned, 1U);
    EXPECT_EQ(view.nodes[1].owned, 3U);
    EXPECT_EQ(view.nodes[1].state, NodeState::alive);
    b.chatter(milliseconds{10});
    b.pass(milliseconds{400});
    EXPECT_EQ(b.machine.view(b.now).nodes[1].state, NodeState::silent);
}

TEST(Machine, IsDeterministic) {
    const auto run = [] {
        Bench b;
        b.start();
        b.prove(2);
        b.chatter(seconds{2});
        b.pass(seconds{3});
        std::vector<std::uint64_t> trace;
        for (const Heartbeat& beat : b.sent<Heartbeat>()) {
            trace.push_back(beat.header.seq * 1000 + beat.header.epoch.counter);
        }
        for (const Prevote& ask : b.sent<Prevote>()) {
            trace.push_back(ask.header.seq);
        }
        return trace;
    };
    EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace cohort::core::bench
