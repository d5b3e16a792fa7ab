// SPDX-License-Identifier: GPL-2.0-or-later
//
// Mode links: silence as a fact (R24 to R26), and restarts (R13, R14).
#include "tests/unit/core/bench.hpp"

namespace cohort::core::bench {
namespace {

TEST(KeepGrade, ProlongsWhatIsHeldWhenThePeerFallsSilent) {
    Bench b;
    b.share("1122");
    for (int i = 0; i < 60; ++i) {
        b.pass(milliseconds{50});
        ASSERT_EQ(b.kernel().substr(0, 2), "OO") << i;
    }
}

TEST(KeepGrade, RunsFromBeforeTheInputWasRead) {
    Bench b;
    b.share("1122");
    b.pass(milliseconds{800});
    const Time reading = b.now;
    b.now += milliseconds{60};
    b.step(Wake{reading});
    EXPECT_LE(b.deadline(), reading + b.timers.lease);
}

TEST(KeepGrade, DoesNotReviveALapsedLease) {
    Bench b;
    b.share("1122");
    b.peer(2).acks = false;
    b.chatter(milliseconds{1300});
    ASSERT_EQ(b.kernel(), "----");
    b.pass(milliseconds{1400});
    EXPECT_EQ(b.kernel(), "----") << "silent for more than S_keep, but not for S_long";
}

TEST(KeepGrade, OpensNothing) {
    Bench b;
    b.start(make_plan(1, 1, "1122"));
    b.peer(2).epoch = b.accepted();
    b.prove(2);
    b.chatter(milliseconds{200});
    b.beat(2);
    b.pass(milliseconds{1000});
    EXPECT_EQ(b.held(), "----");
}

TEST(TakeGrade, TakesOverAFreshPeerAfterSTake) {
    Bench b;
    b.share("1122");
    b.beat(2);
    const Time heard = b.now;
    b.pass(b.timers.silence_take - milliseconds{1});
    EXPECT_EQ(b.kernel(), "OO--");
    EXPECT_EQ(b.accepted().counter, 2U) << "planned at T_detect, and kept to itself";
    b.pass(milliseconds{2});
    EXPECT_EQ(b.kernel(), "OOOO");
    EXPECT_LE(b.now - heard, milliseconds{1101});
}

TEST(TakeGrade, WaitsForSLongIfThePeerMayHaveBeenDeaf) {
    Bench b;
    b.share("1122");
    b.peer(2).acks = false;
    b.beat(2);
    b.pass(b.timers.silence_long - milliseconds{1});
    EXPECT_EQ(b.held().substr(2), "--");
    b.pass(milliseconds{2});
    EXPECT_EQ(b.held(), "OOOO");
}

TEST(TakeGrade, WaitsForSLongIfTheNewestAckIsOld) {
    Bench b;
    b.share("1122");
    Heartbeat beat = b.heartbeat(2);
    b.pass(b.timers.fresh + milliseconds{1});
    b.say(2, beat);  // it acks a heartbeat sent more than T_fresh ago
    b.pass(b.timers.silence_take + milliseconds{100});
    EXPECT_EQ(b.held().substr(2), "--");
}

TEST(TakeGrade, EndsWithTheFirstFrameAndTheDeadlineStands) {
    Bench b;
    b.share("1122");
    b.pass(milliseconds{2000});
    ASSERT_EQ(b.kernel(), "OOOO");
    const Time deadline = b.deadline();
    b.peer(2).acks = false;
    b.chatter(milliseconds{700});
    EXPECT_EQ(b.deadline(), deadline) << "no grant follows, and nothing is taken back";
    EXPECT_EQ(b.kernel(), "OOOO");
    b.chatter(milliseconds{400});
    EXPECT_EQ(b.kernel(), "----") << "real acks had until then";
}

TEST(TakeGrade, EndsWithAFrameOfAnUnprovenSessionToo) {
    Bench b;
    b.share("1122");
    b.beat(2);
    b.pass(milliseconds{1000});
    b.peer(2).restart();
    b.beat(2);
    b.pass(milliseconds{1000});
    EXPECT_EQ(b.held().substr(2), "--");
}

TEST(SilenceClock, IsRestartedByAStallOfTheOwnLoop) {
    Bench b;
    b.share("1122");
    b.hang(milliseconds{5000});
    b.wake();
    EXPECT_EQ(b.held(), "OO--") << "its own stall proves nothing of the peer";
    EXPECT_EQ(b.kernel(), "----");
    b.pass(b.timers.silence_long - milliseconds{1});
    EXPECT_EQ(b.kernel(), "----") << "and the peer is not fresh after it";
    b.pass(milliseconds{20});
    EXPECT_EQ(b.kernel(), "OOOO");
}

TEST(SilenceClock, RunsThroughADelayOfLessThanTwoPeriods) {
    Bench b;
    b.share("1122");
    b.beat(2);
    b.pass(milliseconds{500});
    b.hang(milliseconds{150});
    b.wake();
    b.pass(b.timers.silence_take - milliseconds{650});
    EXPECT_EQ(b.kernel(), "OOOO");
}

TEST(SilenceClock, IsRestartedWhenLinksChange) {
    Bench b;
    b.share("1122");
    b.pass(milliseconds{900});
    b.step(LinksChanged{});
    b.pass(milliseconds{900});
    EXPECT_EQ(b.held().substr(2), "--");
}

TEST(SilenceClock, IsReadOnlyWhenAllInputWasRead) {
    Bench b;
    b.share("1122");
    const Time early = b.now;
    b.now += milliseconds{150};
    b.wake();
    b.now += milliseconds{150};
    for (int i = 0; i < 15; ++i) {
        b.step(Wake{early});  // the shell has not looked at its input since then
        b.now += milliseconds{100};
    }
    EXPECT_EQ(b.held(), "OO--");
    EXPECT_EQ(b.kernel(), "----");
}

TEST(Planning, InSilenceIsPublishedUnaskedAndAgain) {
    Bench b;
    b.share("1122");
    b.forget();
    b.pass(milliseconds{1000});
    ASSERT_GE(b.sent<PlanFragment>().size(), 2U);
    EXPECT_EQ(b.sent<PlanFragment>()[0].header.epoch.counter, 2U);
    EXPECT_TRUE(b.sent<Prevote>().empty()) << "silence stands for the quorum";
}

TEST(Planning, AtFirstBootWaitsForThePeer) {
    Bench b;
    b.start();
    b.pass(b.timers.silence_long - milliseconds{1});
    EXPECT_EQ(b.accepted().counter, 0U);
    b.pass(milliseconds{20});
    EXPECT_EQ(b.kernel(), "OOOO");
}

TEST(VirtualFacts, DoNotExistWithAMajority) {
    Bench b(3, QuorumMode::majority);
    b.share("1123");
    ASSERT_EQ(b.kernel(), "OO--");
    b.pass(seconds{5});
    EXPECT_EQ(b.held(), "OO--");
    EXPECT_EQ(b.kernel(), "----");
    EXPECT_EQ(b.accepted().counter, 1U) << "a minority must not plan (R17)";
}

KernelHeld kernel_of(Time deadline, const std::string& states, std::uint64_t epoch = 1) {
    KernelHeld held{epoch, deadline, {}};
    for (const char c : states) {
        held.states.push_back(c == 'O' ? Rights::both : Rights::none);
    }
    return held;
}

TEST(Restart, ClearsAKernelWhoseDeadlinePassed) {
    Bench b;
    b.start(make_plan(1, 1, "1122"), kernel_of(b.now, "OO--"));
    EXPECT_EQ(b.held(), "----");
    ASSERT_EQ(b.all<KernelSet>().size(), 1U);
}

TEST(Restart, CarriesOnWhatTheKernelStillServes) {
    Bench b;
    const Time deadline = b.now + milliseconds{700};
    b.start(make_plan(1, 1, "1122"), kernel_of(deadline, "OO--"));
    EXPECT_EQ(b.kernel(), "OO--");
    EXPECT_EQ(b.deadline(), deadline);
    b.peer(2).epoch = b.accepted();
    b.peer(2).flags.released = true;
    b.prove(2);
    b.chatter(milliseconds{1500});
    EXPECT_EQ(b.kernel(), "OO--") << "acks came in time";
}

TEST(Restart, WithoutAcksServesUntilTheDeadlineAndNoLonger) {
    Bench b;
    b.start(make_plan(1, 1, "1122"), kernel_of(b.now + milliseconds{700}, "OO--"));
    b.pass(milliseconds{699});
    EXPECT_EQ(b.kernel(), "OO--");
    b.pass(milliseconds{1});
    EXPECT_EQ(b.held(), "----") << "what was carried needs the barrier again";
}

TEST(Restart, AppliesAnEpochThatTheKernelHadNotSeen) {
    Bench b;
    b.start(make_plan(2, 2, "1222"), kernel_of(b.now + milliseconds{700}, "OO--", 1));
    EXPECT_EQ(b.kernel(), "O---");
    ASSERT_EQ(b.all<KernelSet>().size(), 1U);
    EXPECT_EQ(b.all<KernelSet>()[0].epoch_counter, 2U);
    b.pass(milliseconds{10});
    EXPECT_TRUE(b.last_heartbeat().header.flags.released);
}

TEST(Restart, NeverShowsALowerEpochThanTheDurableOne) {
    Bench b;
    b.start(make_plan(7, 2, "1222"));
    EXPECT_EQ(b.last_heartbeat().header.epoch.counter, 7U);
}

TEST(Restart, WithAnotherConfigurationKeepsTheEpochButNotThePlan) {
    Bench b;
    Plan old = make_plan(7, 2, "121212");
    b.start(old, kernel_of(b.now + milliseconds{700}, "O-O-O-", 7));
    EXPECT_EQ(b.held(), "----");
    EXPECT_EQ(b.last_heartbeat().header.epoch, old.id);
    b.peer(2).epoch = old.id;
    b.prove(2);
    b.forget();
    b.say(2, PlanRequest{b.header(2), 1, old.id});
    EXPECT_TRUE(b.sent<PlanFragment>().empty()) << "it does not have that plan any more";
}

}  // namespace
}  // namespace cohort::core::bench
