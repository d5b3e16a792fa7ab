// SPDX-License-Identifier: GPL-2.0-or-later
//
// The quorum modes fence (R23, R27), witness and preferred.
#include "tests/unit/core/bench.hpp"

namespace cohort::core::bench {
namespace {

/// Two nodes in mode fence that share the buckets.
class FenceMode : public ::testing::Test {
protected:
    FenceMode() { b.share("1122"); }

    /// The peer says nothing more, and the agent is started.
    Fence silence() {
        b.pass(b.timers.detect + milliseconds{50});
        const auto fences = b.all<Fence>();
        EXPECT_EQ(fences.size(), 1U);
        return fences.empty() ? Fence{} : fences.back();
    }

    Bench b{2, QuorumMode::fence};
};

TEST_F(FenceMode, TheAgentIsStartedOnceTheEpochThatNeedsItIsAccepted) {
    const Fence fence = silence();
    EXPECT_EQ(fence.node, 2);
    EXPECT_EQ(b.accepted().counter, 2U);
    EXPECT_EQ(b.held(), "OO--");
    EXPECT_EQ(b.machine.view(b.now).nodes[1].state, NodeState::fencing);
}

TEST_F(FenceMode, NotBeforeTheEpochIsDurable) {
    b.disk_answers = false;
    b.pass(seconds{2});
    EXPECT_TRUE(b.all<Fence>().empty());
    b.step(PersistDone{b.all<Persist>().back().ticket, true});
    EXPECT_EQ(b.all<Fence>().size(), 1U);
}

TEST_F(FenceMode, OwnBucketsAreServedForAsLongAsItTakes) {
    silence();
    for (int i = 0; i < 100; ++i) {
        b.pass(milliseconds{100});
        ASSERT_EQ(b.kernel(), "OO--") << i;
    }
    EXPECT_EQ(b.all<Fence>().size(), 1U) << "one at a time";
}

TEST_F(FenceMode, ConfirmationOpensThePeersBuckets) {
    const Fence fence = silence();
    b.step(FenceDone{fence.ticket, true});
    EXPECT_EQ(b.kernel(), "OOOO");
    b.pass(seconds{20});
    EXPECT_EQ(b.kernel(), "OOOO");
    EXPECT_EQ(b.all<Fence>().size(), 1U);
}

TEST_F(FenceMode, FailureOpensNothingAndIsTriedAgainLater) {
    const Fence fence = silence();
    b.step(FenceDone{fence.ticket, false});
    EXPECT_TRUE(b.noted("is not confirmed"));
    b.pass(b.timers.damp - milliseconds{10});
    EXPECT_EQ(b.all<Fence>().size(), 1U);
    b.pass(milliseconds{20});
    ASSERT_EQ(b.all<Fence>().size(), 2U);
    EXPECT_EQ(b.held(), "OO--");
    b.step(FenceDone{b.all<Fence>().back().ticket, true});
    EXPECT_EQ(b.held(), "OOOO");
}

TEST_F(FenceMode, ConfirmationOfAnEarlierEpochDoesNotCount) {
    const Fence fence = silence();
    // Another epoch, made by the peer before it died and delivered late.
    Plan other = make_plan(3, 2, "1111");
    b.send_plan(2, other);
    ASSERT_EQ(b.accepted().counter, 3U);
    b.step(FenceDone{fence.ticket, true});
    EXPECT_EQ(b.held(), "OO--");
    b.pass(b.timers.detect + milliseconds{50});
    ASSERT_EQ(b.all<Fence>().size(), 2U) << "asked again, for the epoch that is accepted now";
    b.step(FenceDone{b.all<Fence>().back().ticket, true});
    EXPECT_EQ(b.held(), "OOOO");
}

TEST_F(FenceMode, ConfirmationDoesNotCountOnceThePeerIsBack) {
    const Fence fence = silence();
    b.peer(2).restart();
    b.beat(2);
    b.step(FenceDone{fence.ticket, true});
    EXPECT_EQ(b.held(), "OO--") << "it will say itself what it released";
}

TEST_F(FenceMode, AStrayAnswerIsIgnored) {
    const Fence fence = silence();
    b.step(FenceDone{fence.ticket + 1, true});
    EXPECT_EQ(b.held(), "OO--");
    b.step(FenceDone{fence.ticket, true});
    b.step(FenceDone{fence.ticket, true});
    EXPECT_EQ(b.held(), "OOOO");
}

TEST_F(FenceMode, APeerThatIsHeardIsNotFenced) {
    b.pass(b.timers.detect - 2 * b.timers.heartbeat);
    b.chatter(seconds{5});
    EXPECT_TRUE(b.all<Fence>().empty());
}

TEST(FenceModeDelay, GivesTheOtherTimeToComeBack) {
    Bench b(2, QuorumMode::fence);
    b.config.fence_delay = seconds{2};
    b.share("1122");
    b.pass(b.timers.detect + milliseconds{1850});
    EXPECT_TRUE(b.all<Fence>().empty());
    b.pass(milliseconds{200});
    EXPECT_EQ(b.all<Fence>().size(), 1U);
}

TEST(FenceModeDelay, StartsAnewWithTheNextSilence) {
    Bench b(2, QuorumMode::fence);
    b.config.fence_delay = seconds{2};
    b.share("1122");
    b.pass(seconds{2});
    b.beat(2);
    b.pass(b.timers.detect + milliseconds{1900});
    EXPECT_TRUE(b.all<Fence>().empty());
}

TEST(FenceModeStart, APeerThatWasNotHeardYetIsGivenTime) {
    Bench b(2, QuorumMode::fence);
    b.start(make_plan(1, 1, "1122"));
    b.pass(b.timers.damp);
    EXPECT_TRUE(b.all<Fence>().empty());
    b.pass(milliseconds{200});
    EXPECT_EQ(b.all<Fence>().size(), 1U);
}

/// R27: after a lapse too (R12), which keep-grade in mode links must not do.
TEST(FenceModeKeep, RevivesWhatAStallOfTheLoopLetLapse) {
    Bench b(2, QuorumMode::fence);
    b.share("1122");
    b.hang(seconds{5});
    EXPECT_EQ(b.kernel(), "----");
    b.wake();
    EXPECT_EQ(b.kernel(), "OO--");
}

// ---- witness -----------------------------------------------------------------

/// Node 3 is the witness.
class Witness : public ::testing::Test {
protected:
    explicit Witness(NodeId self = 3) : b(3, QuorumMode::witness, 4, self) {
        b.config.members[2].contender = false;
        b.config.members[2].weight = 0;
    }
    Bench b;
};

TEST_F(Witness, AcceptsAnEpochByItsIdAndAcksThere) {
    b.start();
    b.prove(1);
    const Plan plan = make_plan(5, 1, "1122");
    b.peer(1).epoch = plan.id;
    b.beat(1);
    EXPECT_EQ(b.accepted(), plan.id);
    EXPECT_TRUE(b.sent<PlanRequest>().empty()) << "it has no use for the plan";
    ASSERT_FALSE(b.all<Persist>().empty()) << "but what it promises is durable";
    b.beat(1);
    b.pass(b.timers.heartbeat);
    EXPECT_EQ(b.last_heartbeat().entries[0].seq, b.peer(1).seq);
}

TEST_F(Witness, AsksForNothingAndPlansNothing) {
    b.start();
    b.prove(1);
    b.prove(2);
    b.forget();
    b.chatter(seconds{10});
    EXPECT_TRUE(b.machine.view(b.now).quorate) << "it hears one";
    b.pass(seconds{10});
    EXPECT_FALSE(b.machine.view(b.now).quorate);
    EXPECT_TRUE(b.sent<Prevote>().empty());
    EXPECT_TRUE(b.all<Persist>().empty());
    for (const Heartbeat& heartbeat : b.sent<Heartbeat>()) {
        ASSERT_FALSE(heartbeat.header.flags.want_lease);
    }
}

TEST_F(Witness, NeverShowsAnEpochBeforeItIsDurable) {
    b.start();
    b.prove(1);
    b.disk_answers = false;
    b.peer(1).epoch = make_plan(5, 1, "1122").id;
    b.beat(1);
    b.pass(seconds{1});
    EXPECT_EQ(b.last_heartbeat().header.epoch.counter, 0U);
}

TEST_F(Witness, DropsWildJumps) {
    b.start();
    b.prove(1);
    b.peer(1).epoch = make_plan(std::uint64_t{1} << 40, 1, "1122").id;
    b.beat(1);
    EXPECT_EQ(b.accepted().counter, 0U);
}

class BesideAWitness : public Witness {
protected:
    BesideAWitness() : Witness(1) { b.share("1122"); }
};

TEST_F(BesideAWitness, ANodeServesAloneWithIt) {
    const auto only_the_witness = [this](Duration length) {
        for (const Time end = b.now + length; b.now < end;) {
            b.peer(3).epoch = b.accepted();
            b.beat(3);
            for (const Prevote& asked : b.sent<Prevote>()) {
                b.say(3, PrevoteOk{b.header(3), 1, asked.counter});
            }
            b.pass(b.timers.heartbeat);
        }
    };
    for (int i = 0; i < 10; ++i) {
        only_the_witness(milliseconds{100});
        ASSERT_EQ(b.kernel().substr(0, 2), "OO") << i;
    }
    EXPECT_EQ(b.accepted().counter, 2U);
    b.peer(3).clear = node_bit(2);
    only_the_witness(b.timers.promise + milliseconds{300});
    EXPECT_EQ(b.kernel(), "OOOO");
}

/// It accepted an epoch by its id, and then the planner died with the plan.
TEST_F(BesideAWitness, AnEpochThatOnlyTheWitnessKnowsIsReplaced) {
    b.peer(3).epoch = make_plan(7, 2, "2222").id;
    for (int i = 0; i < 30; ++i) {
        b.beat(3);
        for (const Prevote& asked : b.sent<Prevote>()) {
            b.say(3, PrevoteOk{b.header(3), 1, asked.counter});
        }
        b.pass(b.timers.heartbeat);
    }
    EXPECT_GT(b.accepted().counter, 7U);
}

TEST_F(BesideAWitness, NothingIsServedWithoutBoth) {
    b.pass(b.timers.lease + milliseconds{200});
    EXPECT_EQ(b.kernel(), "----");
    EXPECT_EQ(b.accepted().counter, 1U) << "a minority does not plan";
}

// ---- preferred ---------------------------------------------------------------

TEST(Preferred, TheNodeWithTwoVotesServesAlone) {
    Bench b(2, QuorumMode::preferred);
    b.config.members[0].votes = 2;
    b.share("1122");
    for (int i = 0; i < 40; ++i) {
        b.pass(milliseconds{50});
        ASSERT_EQ(b.kernel().substr(0, 2), "OO") << i;
    }
    EXPECT_EQ(b.kernel(), "OOOO");
}

TEST(Preferred, WhatThePeerWasPromisedRunsOutFirst) {
    Bench b(2, QuorumMode::preferred);
    b.config.members[0].votes = 2;
    b.share("1122");
    b.beat(2);
    const Time promised = b.now;
    b.pass(b.timers.promise - milliseconds{1});
    EXPECT_EQ(b.kernel(), "OO--");
    b.pass(milliseconds{3});
    EXPECT_EQ(b.kernel(), "OOOO");
    EXPECT_LE(b.now - promised, b.timers.promise + milliseconds{2});
}

TEST(Preferred, ARestartTakesNothingFromAPeerThatLives) {
    Bench b(2, QuorumMode::preferred);
    b.config.members[0].votes = 2;
    b.start(make_plan(1, 1, "1122"));
    b.peer(2).epoch = b.accepted();
    b.pass(b.timers.detect - milliseconds{1});
    b.prove(2);
    b.chatter(seconds{2});
    EXPECT_EQ(b.accepted().counter, 1U);
}

TEST(Preferred, TheOtherOneFallsSilentAndPlansNothing) {
    Bench b(2, QuorumMode::preferred);
    b.config.members[1].votes = 2;
    b.share("1122");
    b.pass(b.timers.lease + milliseconds{100});
    EXPECT_EQ(b.kernel(), "----");
    b.pass(seconds{30});
    EXPECT_EQ(b.kernel(), "----");
    EXPECT_EQ(b.accepted().counter, 1U);
    // The preferred node is back: what was open is served again (R12).
    b.chatter(milliseconds{300});
    EXPECT_EQ(b.kernel().substr(0, 2), "OO");
}

}  // namespace
}  // namespace cohort::core::bench
