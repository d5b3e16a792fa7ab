// SPDX-License-Identifier: GPL-2.0-or-later
//
// Accepting an epoch and moving resources: R4 to R12.
#include "tests/unit/core/bench.hpp"

namespace cohort::core::bench {
namespace {

TEST(Accept, IsDurableBeforeAnyFrameShowsIt) {
    Bench b;
    b.share("1122");
    const EpochId old = b.accepted();
    b.disk_answers = false;
    const Plan plan = make_plan(2, 2, "1222");
    b.send_plan(2, plan);
    ASSERT_EQ(b.all<Persist>().size(), 1U);
    EXPECT_EQ(b.all<Persist>()[0].plan, plan);

    b.chatter(milliseconds{400});
    EXPECT_EQ(b.accepted(), old);
    EXPECT_EQ(b.last_heartbeat().header.epoch, old) << "it keeps heartbeating at its old epoch";
    EXPECT_EQ(b.kernel(), "OO--") << "and serving";

    b.step(PersistDone{b.all<Persist>()[0].ticket, true});
    b.pass(b.timers.trigger_gap);
    EXPECT_EQ(b.accepted(), plan.id);
    EXPECT_EQ(b.last_heartbeat().header.epoch, plan.id);
}

TEST(Accept, DoesNotHappenWhenTheDiskFailsAndIsTriedAgain) {
    Bench b;
    b.share("1122");
    const EpochId old = b.accepted();
    b.disk_answers = false;
    const Plan plan = make_plan(2, 2, "1222");
    b.send_plan(2, plan);
    b.step(PersistDone{b.all<Persist>()[0].ticket, false});
    EXPECT_EQ(b.accepted(), old);
    EXPECT_TRUE(b.noted("cannot be made durable"));
    b.chatter(milliseconds{500});
    ASSERT_EQ(b.all<Persist>().size(), 2U);
    b.step(PersistDone{b.all<Persist>()[1].ticket, true});
    EXPECT_EQ(b.accepted(), plan.id);
}

/// For so long, each thing that the disk or the kernel is asked for fails. How much was
/// said meanwhile.
template <class Asked, class Done>
std::size_t fail_each(Bench& b, Duration length) {
    std::size_t notes = 0;
    for (const Time end = b.now + length; b.now < end;) {
        const auto asked = b.all<Asked>();
        b.forget();
        if (!asked.empty()) {
            b.step(Done{asked.back().ticket, false});
        }
        b.chatter(b.timers.heartbeat);
        notes += b.all<Note>().size();
    }
    return notes;
}
constexpr auto fail_writes = fail_each<Persist, PersistDone>;
constexpr auto refuse_states = fail_each<KernelSet, KernelDone>;

TEST(Disk, ThatFailsMakesTheNodeSickUntilItTakesAnEpoch) {
    Bench b(2, QuorumMode::fence);
    b.share("1122");
    b.disk_answers = false;
    const Plan plan = make_plan(2, 2, "1222");
    b.send_plan(2, plan);
    fail_writes(b, b.timers.promise / 2);
    EXPECT_EQ(b.last_heartbeat().header.health, 255) << "a write may fail once or twice";
    fail_writes(b, b.timers.promise);
    EXPECT_EQ(b.last_heartbeat().header.health, 0) << "else its share would stay dark";
    EXPECT_FALSE(b.machine.view(b.now).healthy);
    b.disk_answers = true;
    b.chatter(seconds{1});
    b.step(PersistDone{b.all<Persist>().back().ticket, true});
    b.pass(b.timers.trigger_gap);
    EXPECT_EQ(b.accepted(), plan.id);
    EXPECT_EQ(b.last_heartbeat().header.health, 255);
}

TEST(Disk, ThatNeverAnswersMakesTheNodeSick) {
    Bench b(2, QuorumMode::fence);
    b.share("1122");
    b.disk_answers = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    b.chatter(b.timers.promise + b.timers.heartbeat);
    EXPECT_EQ(b.last_heartbeat().header.health, 0);
}

/// What it cannot ack it must not keep the peer from taking over, either.
TEST(Disk, ThatNeverAnswersMakesOneOfTwoFallSilent) {
    Bench b;
    b.share("1122");
    b.disk_answers = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    b.chatter(b.timers.promise + b.timers.heartbeat);
    b.forget();
    b.chatter(b.timers.lease + b.timers.heartbeat);
    EXPECT_TRUE(b.all<Send>().empty());
    EXPECT_EQ(b.kernel(), "----");
}

TEST(Vote, ThatIsMissingMakesOneOfTwoSilent) {
    Bench b;
    b.start(make_plan(5, 1, "1122"), {}, false);
    b.chatter(b.timers.lease);
    EXPECT_TRUE(b.all<Send>().empty());
}

TEST(Disk, ThatFailsIsSaidAFewTimesNotForGood) {
    Bench b;
    b.share("1122");
    b.disk_answers = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    fail_writes(b, 2 * b.timers.promise);
    EXPECT_EQ(fail_writes(b, 2 * b.timers.promise), 0U);
}

TEST(Kernel, ThatRefusesMakesTheNodeSickUntilItTakesStates) {
    Bench b;
    b.share("1122");
    b.kernel_answers = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    refuse_states(b, b.timers.promise / 2);
    EXPECT_EQ(b.last_heartbeat().header.health, 255);
    refuse_states(b, b.timers.promise);
    EXPECT_EQ(b.last_heartbeat().header.health, 0) << "else its share would stay dark";
    EXPECT_FALSE(b.machine.view(b.now).healthy);
    b.kernel_answers = true;
    b.step(KernelDone{b.all<KernelSet>().back().ticket, false});
    b.chatter(2 * b.timers.heartbeat);
    EXPECT_EQ(b.last_heartbeat().header.health, 255);
}

TEST(Kernel, ThatRefusesIsSaidAFewTimesNotForGood) {
    Bench b;
    b.share("1122");
    b.kernel_answers = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    b.step(KernelDone{b.all<KernelSet>().back().ticket, false});
    EXPECT_TRUE(b.noted("the kernel refused"));
    refuse_states(b, 2 * b.timers.promise);
    EXPECT_EQ(refuse_states(b, 2 * b.timers.promise), 0U);
}

TEST(Accept, TakesTheHighestOfPlansThatCameDuringAWrite) {
    Bench b;
    b.share("1122");
    b.disk_answers = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    b.send_plan(2, make_plan(4, 2, "2222"));
    b.send_plan(2, make_plan(3, 2, "2122"));
    ASSERT_EQ(b.all<Persist>().size(), 1U) << "one write at a time";
    b.step(PersistDone{b.all<Persist>()[0].ticket, true});
    ASSERT_EQ(b.all<Persist>().size(), 2U);
    EXPECT_EQ(b.all<Persist>()[1].plan.id.counter, 4U);
}

TEST(Accept, RefusesALowerOrEqualEpoch) {
    Bench b;
    b.share("1122", 5);
    b.send_plan(2, make_plan(4, 2, "2222"));
    b.send_plan(2, make_plan(5, 1, "1122"));
    EXPECT_TRUE(b.all<Persist>().empty());
}

TEST(Accept, RefusesAPlanThatJumpsTooFar) {
    Bench b;
    b.share("1122");
    b.send_plan(2, make_plan(2 + (std::uint64_t{1} << 32), 2, "2222"));
    EXPECT_TRUE(b.all<Persist>().empty());
}

TEST(Release, IsSaidOnlyAfterTheKernelConfirmed) {
    Bench b;
    b.share("1122");
    b.kernel_answers = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    ASSERT_EQ(b.all<KernelSet>().size(), 1U);
    EXPECT_EQ(b.all<KernelSet>()[0].epoch_counter, 2U);
    b.chatter(milliseconds{250});
    EXPECT_EQ(b.last_heartbeat().header.epoch.counter, 2U);
    EXPECT_FALSE(b.last_heartbeat().header.flags.released);

    b.step(KernelDone{b.all<KernelSet>()[0].ticket, true});
    b.pass(b.timers.trigger_gap);
    EXPECT_TRUE(b.last_heartbeat().header.flags.released);
}

TEST(Release, IsNotSaidWhenTheKernelRefusedAndIsTriedAgain) {
    Bench b;
    b.share("1122");
    b.kernel_answers = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    b.step(KernelDone{b.all<KernelSet>()[0].ticket, false});
    b.chatter(milliseconds{250});
    EXPECT_FALSE(b.last_heartbeat().header.flags.released);
    ASSERT_GE(b.all<KernelSet>().size(), 2U);
    b.step(KernelDone{b.all<KernelSet>().back().ticket, true});
    b.pass(b.timers.trigger_gap);
    EXPECT_TRUE(b.last_heartbeat().header.flags.released);
}

TEST(Release, TakesAwayInOneUpdateAndKeepsTheRest) {
    Bench b;
    b.share("1122");
    b.send_plan(2, make_plan(2, 2, "1222"));
    EXPECT_EQ(b.kernel(), "O---");
    EXPECT_EQ(b.all<KernelSet>().size(), 1U);
}

TEST(Deadline, IsNotMovedOverAnUpdateThatIsNotConfirmed) {
    Bench b;
    b.share("1122");
    b.kernel_answers = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    b.follow(2);
    b.chatter(milliseconds{400});
    EXPECT_TRUE(b.all<KernelRenew>().empty());
}

TEST(Deadline, IsTheLeaseRoundedDown) {
    Bench b;
    b.share("1122");
    b.now += std::chrono::nanoseconds{123'456};
    b.chatter(milliseconds{500});
    ASSERT_FALSE(b.all<KernelRenew>().empty());
    for (const KernelRenew& renew : b.all<KernelRenew>()) {
        EXPECT_EQ(renew.deadline.time_since_epoch() % kKernelGranularity, Duration{});
    }
    EXPECT_LE(b.deadline(), b.machine.view(b.now).serving_until);
    EXPECT_GT(b.deadline(), b.machine.view(b.now).serving_until - kKernelGranularity);
}

TEST(Opening, WaitsForTheOthersRelease) {
    Bench b;
    b.start(make_plan(1, 1, "1122"));
    b.peer(2).epoch = b.accepted();
    b.prove(2);
    b.chatter(milliseconds{300});
    EXPECT_EQ(b.held(), "----") << "acks alone open nothing";
    b.peer(2).flags.released = true;
    b.chatter(milliseconds{200});
    EXPECT_EQ(b.kernel(), "OO--");
}

TEST(Opening, WaitsForAcksOfHeartbeatsSentAfterTheBarrier) {
    Bench b;
    b.start(make_plan(1, 1, "1122"));
    b.peer(2).epoch = b.accepted();
    b.prove(2);
    b.chatter(milliseconds{300});
    b.peer(2).flags.released = true;
    b.pass(milliseconds{20});
    const std::uint64_t before = b.last_heartbeat().header.seq;
    b.beat(2);  // completes the barrier, and acks a heartbeat from before it
    EXPECT_EQ(b.held(), "----");
    b.pass(b.timers.trigger_gap);
    EXPECT_GT(b.last_heartbeat().header.seq, before) << "the second round begins at once";
    EXPECT_TRUE(b.last_heartbeat().header.flags.answer);
    b.beat(2);
    EXPECT_EQ(b.held(), "OO--");
}

TEST(Opening, IgnoresAReleaseAtAnotherEpoch) {
    for (const std::uint64_t other : {4U, 6U}) {
        Bench b;
        b.disk_answers = false;
        b.start(make_plan(5, 1, "1122"));
        b.peer(2).epoch = b.accepted();
        b.prove(2);
        b.peer(2).flags.released = true;
        b.peer(2).epoch = {other, 2, 77};
        b.chatter(milliseconds{300});
        b.peer(2).epoch = b.accepted();
        b.peer(2).flags.released = false;
        b.chatter(milliseconds{300});
        EXPECT_EQ(b.held(), "----") << "released at " << other;
    }
}

/// The finding behind R10's second round: old clear reports together with an
/// old ack say nothing of who kept what since.
TEST(Opening, ByOldClearReportsAndAnOldAckIsRefused) {
    Bench b(3, QuorumMode::majority, 1, 3);  // this is c
    b.start(make_plan(1, 1, "2"));
    for (const NodeId id : std::vector<NodeId>{1, 2}) {
        b.peer(id).epoch = b.accepted();
        b.prove(id);
    }
    b.chatter(milliseconds{1500});  // c has promised b (node 2) its lease at e1
    const Plan e2 = make_plan(2, 1, "3");
    b.send_plan(1, e2);
    ASSERT_EQ(b.accepted(), e2.id);
    b.pass(b.timers.trigger_gap);
    // The third voter: at e2, clear of b, acks c once; then it is gone to e3.
    b.peer(1).epoch = e2.id;
    b.peer(1).flags.released = true;
    b.peer(1).clear = node_bit(2);
    b.beat(1);
    b.pass(milliseconds{1200});  // c's own promise to b runs out
    EXPECT_EQ(b.held(), "-");
    b.peer(1).acks = true;
    b.beat(1);
    EXPECT_EQ(b.held(), "O") << "an ack of a heartbeat sent since says that b had not kept it";
}

TEST(Opening, NeedsClearFromAQuorumForADeadNode) {
    Bench b(3, QuorumMode::majority, 2, 1);
    b.start(make_plan(1, 1, "12"));
    b.peer(2).epoch = b.accepted();
    b.peer(2).flags.released = true;
    b.prove(2);
    b.chatter(milliseconds{1000});
    EXPECT_EQ(b.held(), "--") << "node 3 was never heard, and nobody says it is clear";
    b.peer(2).clear = node_bit(3);
    b.chatter(milliseconds{1000});
    EXPECT_EQ(b.held(), "O-") << "own report, once its own hold is over, and node 2's";
}

TEST(Keeping, LastsUntilTheCarriedLeaseAndThenNeedsTheBarrier) {
    Bench b;
    b.share("1122");
    const Time until = b.machine.view(b.now).serving_until;
    b.peer(2).flags.released = false;
    b.send_plan(2, make_plan(2, 2, "1222"));
    EXPECT_EQ(b.kernel(), "O---");
    EXPECT_EQ(b.machine.view(b.now).serving_until, until);
    // Frames of the peer, at the old epoch, hold off R25 and ack nothing.
    while (b.now < until) {
        b.beat(2);
        b.pass(milliseconds{50});
    }
    EXPECT_EQ(b.held(), "----");
    b.peer(2).epoch = b.accepted();
    b.chatter(milliseconds{300});
    EXPECT_EQ(b.held(), "----") << "acks came too late for it";
    b.follow(2);
    b.chatter(milliseconds{200});
    EXPECT_EQ(b.held(), "O---");
}

TEST(Keeping, BecomesOpenWithALeaseAtTheNewEpoch) {
    Bench b;
    b.share("1122");
    const Time until = b.machine.view(b.now).serving_until;
    b.send_plan(2, make_plan(2, 2, "1222"));
    b.follow(2);
    b.chatter(milliseconds{1500});
    EXPECT_GT(b.now, until);
    EXPECT_EQ(b.kernel(), "O---");
}

TEST(Keeping, NeedsAValidLeaseAtTheAccept) {
    Bench b;
    b.share("1122");
    b.peer(2).acks = false;
    b.chatter(milliseconds{1300});
    ASSERT_EQ(b.kernel(), "----") << "lapsed, though still held";
    ASSERT_EQ(b.held(), "OO--");
    b.send_plan(2, make_plan(2, 2, "1222"));
    EXPECT_EQ(b.held(), "----");
}

TEST(Lapse, EndsServingAndAcksAtTheSameEpochResumeIt) {
    Bench b;
    b.share("1122");
    b.peer(2).acks = false;
    b.chatter(milliseconds{1300});
    EXPECT_EQ(b.kernel(), "----");
    EXPECT_TRUE(b.noted("the lease ran out"));
    b.forget();
    b.peer(2).acks = true;
    b.chatter(milliseconds{100});
    EXPECT_EQ(b.kernel(), "OO--");
    EXPECT_TRUE(b.all<KernelSet>().empty()) << "only the deadline moved (R12)";
}

TEST(Lease, CountsNoAckFromAFrameOfAnotherEpoch) {
    Bench b;
    b.share("1122");
    b.peer(2).epoch = {9, 2, 9};
    const Time until = b.machine.view(b.now).serving_until;
    b.forget();
    for (int i = 0; i < 5; ++i) {
        Heartbeat beat = b.heartbeat(2);
        beat.entries[0].seq = static_cast<std::uint32_t>(b.last_heartbeat().header.seq);
        b.say(2, beat);
        b.pass(milliseconds{100});
    }
    EXPECT_EQ(b.machine.view(b.now).serving_until, until);
}

TEST(Lease, CountsNoAckOfAnotherSession) {
    Bench b;
    b.share("1122");
    const Time until = b.machine.view(b.now).serving_until;
    for (int i = 0; i < 5; ++i) {
        Heartbeat beat = b.heartbeat(2);
        beat.entries[0].session_tag ^= 1;
        b.say(2, beat);
        b.pass(milliseconds{100});
    }
    EXPECT_EQ(b.machine.view(b.now).serving_until, until);
}

TEST(Single, ANodeAloneInItsClusterServesEverythingAtOnce) {
    Bench b(1, QuorumMode::majority);
    b.start();
    b.pass(milliseconds{50});
    EXPECT_EQ(b.kernel(), "OOOO");
    b.pass(seconds{10});
    EXPECT_EQ(b.kernel(), "OOOO");
}

}  // namespace
}  // namespace cohort::core::bench
