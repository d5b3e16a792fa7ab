// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a node acks and reports to others: R6, R9, R13, R15, R18, R22, section 9.
#include "tests/unit/core/bench.hpp"

namespace cohort::core::bench {
namespace {

const HeartbeatEntry& entry_for(const Heartbeat& heartbeat, NodeId id) {
    for (const HeartbeatEntry& entry : heartbeat.entries) {
        if (entry.peer == id) {
            return entry;
        }
    }
    throw std::logic_error("no entry");
}

TEST(Acks, NameTheNewestHeartbeatAtTheAcceptedEpoch) {
    Bench b;
    b.share("1122");
    b.beat(2);
    const std::uint64_t seq = b.peer(2).seq;
    b.pass(milliseconds{100});
    const HeartbeatEntry& entry = entry_for(b.last_heartbeat(), 2);
    EXPECT_EQ(entry.seq, seq);
    EXPECT_EQ(entry.session_tag, static_cast<std::uint16_t>(b.peer(2).session));
    EXPECT_TRUE(entry.heard_ok);
}

TEST(Acks, AreNotGivenToAnotherEpochOrWithoutAWish) {
    Bench b;
    b.share("1122", 5);
    const auto acked_after = [&b](EpochId epoch, bool wish) {
        b.peer(2).epoch = epoch;
        b.peer(2).flags.want_lease = wish;
        b.beat(2);
        b.pass(milliseconds{100});
        return entry_for(b.last_heartbeat(), 2).seq == b.peer(2).seq;
    };
    EXPECT_FALSE(acked_after({4, 1, 1}, true)) << "lower";
    EXPECT_FALSE(acked_after({6, 1, 1}, true)) << "higher";
    EpochId twin = b.accepted();
    twin.digest ^= 1;
    EXPECT_FALSE(acked_after(twin, true)) << "the same counter, another plan";
    EXPECT_FALSE(acked_after(b.accepted(), false)) << "no WANT_LEASE";
    EXPECT_TRUE(acked_after(b.accepted(), true));
}

TEST(Acks, InModeLinksWaitUntilTheKernelLetGo) {
    Bench b;
    b.share("1122");
    b.kernel_answers = false;
    b.send_plan(2, make_plan(2, 2, "2222"));
    b.peer(2).epoch = b.accepted();
    b.chatter(milliseconds{200});
    EXPECT_EQ(entry_for(b.last_heartbeat(), 2).seq, 0U);
    b.step(KernelDone{b.all<KernelSet>().back().ticket, true});
    b.chatter(milliseconds{200});
    EXPECT_NE(entry_for(b.last_heartbeat(), 2).seq, 0U);
}

TEST(Acks, AreNotGivenToAnotherConfiguration) {
    Bench b;
    b.share("1122");
    const std::uint64_t acked = entry_for(b.last_heartbeat(), 2).seq;
    b.peer(2).config_digest ^= 1;
    b.chatter(milliseconds{500});
    EXPECT_LE(entry_for(b.last_heartbeat(), 2).seq, acked + 1);
    EXPECT_EQ(b.machine.view(b.now).nodes[1].state, NodeState::disagrees);
    const auto notes = b.all<Note>();
    EXPECT_EQ(std::count_if(notes.begin(), notes.end(),
                            [](const Note& n) {
                                return n.text.find("another configuration") != std::string::npos;
                            }),
              1)
        << "said once";
    b.peer(2).config_digest ^= 1;
    b.chatter(milliseconds{200});
    EXPECT_EQ(b.machine.view(b.now).nodes[1].state, NodeState::alive);
}

TEST(Challenges, AreAnsweredToAPeerWithAnotherConfiguration) {
    Bench b;
    b.start();
    b.peer(2).config_digest = kDigest + 1;
    b.prove(2);
    // What told the peer of this node's session was lost, and it asks anew.
    b.pass(milliseconds{300});
    b.forget();
    b.say(2, Hello{b.header(2), 1, 77, 0});
    ASSERT_EQ(b.sent<Hello>().size(), 1U);
    EXPECT_EQ(b.sent<Hello>()[0].echo, 77U);
}

TEST(Acks, AreAnsweredAtOnceWhenAskedFor) {
    Bench b;
    b.share("1122");
    b.pass(milliseconds{30});
    const std::uint64_t before = b.last_heartbeat().header.seq;
    b.peer(2).flags.answer = true;
    b.beat(2);
    b.pass(Duration{});
    ASSERT_GT(b.last_heartbeat().header.seq, before);
    EXPECT_FALSE(b.last_heartbeat().header.flags.answer) << "an answer asks for none";
    EXPECT_EQ(entry_for(b.last_heartbeat(), 2).seq, b.peer(2).seq);
}

TEST(Acks, AreGivenToAllWhoAskByOneHeartbeat) {
    Bench b(3, QuorumMode::majority);
    b.share("1122");
    b.pass(milliseconds{30});
    b.forget();
    for (const NodeId peer : {NodeId{2}, NodeId{3}}) {
        b.peer(peer).flags.answer = true;
        b.beat(peer);
        EXPECT_TRUE(b.sent<Heartbeat>().empty()) << "more may wait to be read";
    }
    b.pass(Duration{});
    ASSERT_EQ(b.sent<Heartbeat>().size(), 1U);
    for (const NodeId peer : {NodeId{2}, NodeId{3}}) {
        EXPECT_EQ(entry_for(b.last_heartbeat(), peer).seq, b.peer(peer).seq);
    }
}

TEST(Frames, TellNothingByTheirCopies) {
    Bench b;
    b.share("1122");
    const Heartbeat heartbeat = b.heartbeat(2);
    b.say(2, heartbeat);
    b.forget();
    b.say(2, heartbeat);
    EXPECT_TRUE(b.log.empty());
}

TEST(Answers, AreAtLeastTheTriggerGapApart) {
    Bench b;
    b.share("1122");
    b.pass(milliseconds{30});
    b.forget();
    b.peer(2).flags.answer = true;
    for (int i = 0; i < 50; ++i) {
        b.beat(2);
        b.pass(std::chrono::microseconds{200});
    }
    EXPECT_LE(b.sent<Heartbeat>().size(), 3U) << "in 10 ms";
}

TEST(Clear, IsReportedOnlyAfterTheHoldOfARestart) {
    Bench b(3, QuorumMode::majority);
    b.start(make_plan(1, 1, "1123"));
    b.pass(milliseconds{1000});
    EXPECT_EQ(b.last_heartbeat().header.clear, 0U);
    b.forget();
    b.pass(milliseconds{101});
    EXPECT_EQ(b.last_heartbeat().header.clear, node_bit(2) | node_bit(3));
    EXPECT_TRUE(b.last_heartbeat().header.flags.clear_valid);
}

TEST(Clear, TurningTrueIsToldAtOnce) {
    Bench b(3, QuorumMode::majority);
    b.start(make_plan(1, 1, "1123"));
    b.pass(milliseconds{1100});
    const auto beats = b.sent<Heartbeat>();
    ASSERT_NE(beats.back().header.clear, 0U);
    EXPECT_EQ(b.now, Time{seconds{100}} + milliseconds{1100});
}

TEST(LostState, HasNoVote) {
    Bench b(2, QuorumMode::fence);
    b.start(empty_plan(4, kDigest), {}, false);
    EXPECT_TRUE(b.noted("has no vote"));
    b.peer(2).epoch = {};
    b.prove(2);
    b.chatter(seconds{3});
    EXPECT_FALSE(b.last_heartbeat().header.flags.want_lease);
    EXPECT_FALSE(b.last_heartbeat().header.flags.clear_valid);
    EXPECT_EQ(entry_for(b.last_heartbeat(), 2).seq, 0U);
    b.pass(seconds{5});
    EXPECT_EQ(b.held(), "----");
    EXPECT_TRUE(b.all<Persist>().empty());
}

TEST(LostState, IsSeenWhenTheKernelIsAhead) {
    Bench b;
    KernelHeld kernel{9, b.now + seconds{1}, std::vector<Rights>(4, Rights::both)};
    b.start(make_plan(3, 1, "1122"), kernel);
    EXPECT_TRUE(b.noted("the kernel is at epoch 9, the durable state only at 3"));
    EXPECT_EQ(b.held(), "----");
    ASSERT_EQ(b.all<KernelSet>().size(), 1U);
    EXPECT_EQ(b.all<KernelSet>()[0].epoch_counter, 9U) << "the kernel refuses lower ones";
}

TEST(Replay, CopiesOfOneFrameAreOneFrame) {
    Bench b;
    b.share("1122");
    const Heartbeat once = b.heartbeat(2);
    b.say(2, once);
    const Time heard = *b.machine.view(b.now).nodes[1].heard_at;
    b.pass(milliseconds{50});
    b.say(2, once);
    EXPECT_EQ(b.machine.view(b.now).nodes[1].heard_at, heard);
}

TEST(Replay, ANewSessionIsNothingUntilProven) {
    Bench b;
    b.share("1122");
    b.pass(milliseconds{20});
    b.peer(2).restart();
    b.peer(2).health = 0;
    b.forget();
    b.beat(2);
    EXPECT_TRUE(b.machine.view(b.now).nodes[1].healthy) << "what it says does not count yet";
    ASSERT_EQ(b.sent<Hello>().size(), 1U);
    EXPECT_EQ(b.sent<Hello>()[0].to, 2);
    EXPECT_NE(b.sent<Hello>()[0].challenge, 0U);
    b.say(2, Hello{b.header(2), 1, 0, b.sent<Hello>()[0].challenge});
    EXPECT_FALSE(b.machine.view(b.now).nodes[1].healthy);
}

TEST(Replay, AChallengeIsEchoedAndReturned) {
    Bench b;
    b.start();
    b.forget();
    b.say(2, Hello{b.header(2), 1, 0xfeed, 0});
    ASSERT_EQ(b.sent<Hello>().size(), 1U);
    EXPECT_EQ(b.sent<Hello>()[0].echo, 0xfeedU);
    EXPECT_NE(b.sent<Hello>()[0].challenge, 0U) << "its own session is unknown here too";
}

TEST(Replay, AHelloToSomebodyElseIsNotAnswered) {
    Bench b(3, QuorumMode::majority);
    b.start();
    b.share("1123");
    b.say(2, Hello{b.header(2), 3, 0xfeed, 0});
    EXPECT_TRUE(b.sent<Hello>().empty());
}

TEST(Frames, OfStrangersAndOfOneselfAreIgnored) {
    Bench b;
    b.share("1122");
    b.pass(milliseconds{10});
    b.forget();
    Heartbeat beat = b.heartbeat(2);
    for (const NodeId id : std::vector<NodeId>{0, 1, 3, 64, 255}) {
        beat.header.sender = id;
        beat.header.flags.answer = true;
        b.say(2, beat);
    }
    EXPECT_TRUE(b.all<Send>().empty());
}

TEST(PlanTransfer, AsksWhoeverIsAheadAndTakesItsPlan) {
    Bench b;
    b.share("1122");
    const Plan ahead = make_plan(6, 2, "2222");
    b.peer(2).epoch = ahead.id;
    b.beat(2);
    ASSERT_EQ(b.sent<PlanRequest>().size(), 1U);
    EXPECT_EQ(b.sent<PlanRequest>()[0].wanted, ahead.id);
    EXPECT_EQ(b.sent<PlanRequest>()[0].to, 2);
    b.send_plan(2, ahead);
    EXPECT_EQ(b.accepted(), ahead.id);
}

TEST(PlanTransfer, AsksAgainWhenNothingComesButNotWithEachFrame) {
    Bench b;
    b.share("1122");
    b.peer(2).epoch = make_plan(6, 2, "2222").id;
    b.chatter(milliseconds{1000});
    EXPECT_GE(b.sent<PlanRequest>().size(), 3U);
    EXPECT_LE(b.sent<PlanRequest>().size(), 6U);
}

TEST(PlanTransfer, SendsThePlanThatIsAskedForAndNoOther) {
    Bench b;
    b.share("1122");
    b.forget();
    b.say(2, PlanRequest{b.header(2), 1, {77, 1, 1}});
    b.say(2, PlanRequest{b.header(2), 2, b.accepted()});
    EXPECT_TRUE(b.sent<PlanFragment>().empty());
    b.say(2, PlanRequest{b.header(2), 1, b.accepted()});
    ASSERT_EQ(b.sent<PlanFragment>().size(), 1U);
    EXPECT_EQ(b.sent<PlanFragment>()[0].header.epoch, b.accepted());
    b.say(2, PlanRequest{b.header(2), 1, b.accepted()});
    EXPECT_EQ(b.sent<PlanFragment>().size(), 1U) << "its copy is not answered again";
}

TEST(PlanTransfer, ShowsItsEpochToWhoeverIsBehind) {
    Bench b;
    b.share("1122", 5);
    b.pass(milliseconds{20});
    const std::uint64_t before = b.last_heartbeat().header.seq;
    b.peer(2).epoch = {4, 1, 1};
    b.beat(2);
    b.pass(Duration{});
    EXPECT_GT(b.last_heartbeat().header.seq, before);
}

}  // namespace
}  // namespace cohort::core::bench
