// SPDX-License-Identifier: GPL-2.0-or-later
//
// Voters added and removed one at a time (R22).
#include "tests/unit/core/bench.hpp"

namespace cohort::core::bench {
namespace {

constexpr std::uint64_t kNext = 0xc0f1;
constexpr NodeId kOthers[] = {2, 3};

Plan under(std::uint64_t digest, std::uint64_t counter, const std::string& owners) {
    Plan plan = make_plan(counter, 1, owners);
    plan.config_digest = digest;
    seal_plan(plan, counter, 1);
    return plan;
}

/// Node 1 of three that share the buckets.
class Members : public ::testing::Test {
protected:
    explicit Members(const std::string& owners = "112233")
        : b(3, QuorumMode::majority, owners.size()) {
        b.share(owners);
        b.forget();
    }

    Reconfigure with(const std::vector<NodeId>& ids) const {
        Reconfigure change{{}, digest};
        for (const NodeId id : ids) {
            change.members.push_back({id, 1, 1, true});
        }
        return change;
    }

    /// The peer agrees to a plan of the staged set, if it is asked for one.
    void grant(NodeId id) {
        for (const Prevote& asked : b.sent<Prevote>()) {
            if (asked.header.config_digest == digest) {
                b.say(id, PrevoteOk{b.header(id), 1, asked.counter});
            }
        }
    }

    void live(Duration length, const std::vector<NodeId>& granting) {
        for (const Time end = b.now + length; b.now < end;) {
            for (const NodeId id : granting) {
                grant(id);
            }
            b.chatter(b.timers.heartbeat);
        }
    }

    std::optional<std::string> objection(const std::vector<NodeId>& ids) const {
        return b.machine.objection(with(ids), b.now);
    }

    Bench b;
    std::uint64_t digest = kNext;  ///< of the staged set
};

TEST_F(Members, OneMoreIsStagedAndHoldsOnceAllHaveIt) {
    ASSERT_EQ(objection({1, 2, 3, 4}), std::nullopt);
    b.step(with({1, 2, 3, 4}));
    live(seconds{3}, {2});
    EXPECT_EQ(b.accepted().counter, 1U) << "node 3 has not staged it";
    EXPECT_TRUE(b.noted("node 3 has not taken the new set of nodes yet"));
    EXPECT_EQ(b.last_heartbeat().header.config_digest, kDigest);
    live(seconds{3}, {2, 3});
    EXPECT_EQ(b.accepted().counter, 2U);
    EXPECT_EQ(b.machine.plan().config_digest, kNext);
    EXPECT_EQ(b.machine.plan().fresh, make_plan(1, 1, "112233").fresh) << "nothing moves by it";
    EXPECT_EQ(b.last_heartbeat().header.config_digest, kNext);
    EXPECT_EQ(b.machine.view(b.now).nodes.size(), 4U);
}

TEST_F(Members, WhatIsHeldIsServedThroughout) {
    b.step(with({1, 2, 3, 4}));
    for (int i = 0; i < 40; ++i) {
        live(b.timers.heartbeat, {2, 3});
        if (b.accepted().counter == 2) {
            for (const NodeId id : kOthers) {
                b.peer(id).config_digest = kNext;
                b.peer(id).epoch = b.accepted();
            }
        }
        ASSERT_EQ(b.kernel().substr(0, 2), "OO") << i;
    }
    EXPECT_EQ(b.accepted().counter, 2U);
}

TEST_F(Members, AfterTheChangeTheQuorumIsThatOfFour) {
    b.step(with({1, 2, 3, 4}));
    live(seconds{1}, {2, 3});
    ASSERT_EQ(b.accepted().counter, 2U);
    for (const NodeId id : kOthers) {
        b.peer(id).config_digest = kNext;
        b.peer(id).epoch = b.accepted();
    }
    b.chatter(milliseconds{300});
    EXPECT_EQ(b.kernel(), "OO----");
    b.peer(3).acks = false;
    b.chatter(b.timers.lease + milliseconds{200});
    EXPECT_EQ(b.kernel(), "------") << "two of four are not enough";
}

TEST_F(Members, OneThatMissedTheChangeIsNoRival) {
    digest = kDigest - 1;  // of two that serve by different files, this one would yield
    b.step(with({1, 2, 3, 4}));
    live(seconds{1}, {2, 3});
    ASSERT_EQ(b.accepted().counter, 2U);
    b.peer(3).flags.serving = true;
    b.chatter(3 * b.timers.detect);
    EXPECT_TRUE(b.noted("runs with another configuration"));
    EXPECT_FALSE(b.noted("serves by another configuration"));
    b.peer(3).config_digest = kDigest + 1;
    b.beat(3);
    EXPECT_TRUE(b.noted("serves by another configuration"));
}

TEST_F(Members, OneThatStillOwnsBucketsIsNotRemoved) {
    const auto words = objection({1, 2});
    ASSERT_TRUE(words);
    EXPECT_NE(words->find("node 3 still has buckets"), std::string::npos) << *words;
    b.step(with({1, 2}));
    live(seconds{3}, {2, 3});
    EXPECT_EQ(b.accepted().counter, 1U);
}

TEST_F(Members, TwoAtATimeAreRefused) {
    EXPECT_TRUE(objection({1, 2, 3, 4, 5}));
    EXPECT_TRUE(objection({1, 2, 4}));
}

TEST_F(Members, TheOldFileAgainDropsWhatWasStaged) {
    b.step(with({1, 2, 3, 4}));
    Reconfigure back = with({1, 2, 3});
    back.config_digest = kDigest;
    ASSERT_EQ(b.machine.objection(back, b.now), std::nullopt);
    b.step(back);
    live(seconds{3}, {2, 3});
    EXPECT_EQ(b.accepted().counter, 1U);
    EXPECT_EQ(b.machine.view(b.now).nodes.size(), 3U);
}

TEST_F(Members, ARestartBeforeItHoldsHandsOver) {
    b.step(with({1, 2, 3, 4}));
    b.step(Yield{});
    b.chatter(milliseconds{500});
    EXPECT_TRUE(b.all<Stopped>().empty());
    EXPECT_TRUE(b.last_heartbeat().header.flags.leaving);
    EXPECT_FALSE(b.last_heartbeat().header.flags.returning);
}

/// What the one above is spared: its plan is of another set than its file.
TEST_F(Members, OneThatIsStartedBeforeItHoldsServesNothing) {
    const Plan accepted = b.machine.plan();
    const KernelHeld kernel{1, b.deadline(), b.machine.held()};
    b.config.config_digest = kNext;
    b.start(accepted, kernel);
    EXPECT_EQ(b.kernel(), "------");
}

TEST_F(Members, TheNextChangeWaitsUntilThisOneIsSettled) {
    b.step(with({1, 2, 3, 4}));
    live(seconds{1}, {2, 3});
    ASSERT_EQ(b.accepted().counter, 2U);
    Reconfigure next = with({1, 2, 3, 4, 5});
    next.config_digest = kNext + 1;
    const auto words = b.machine.objection(next, b.now);
    ASSERT_TRUE(words);
    EXPECT_NE(words->find("not settled yet"), std::string::npos) << *words;
    // Node 4 was never heard: it is clear once voters worth a quorum say so.
    for (const NodeId id : kOthers) {
        b.peer(id).config_digest = kNext;
        b.peer(id).epoch = b.accepted();
        b.peer(id).clear = node_bit(4);
    }
    b.chatter(milliseconds{300});
    EXPECT_EQ(b.machine.objection(next, b.now), std::nullopt);
}

TEST_F(Members, AnUnknownSetIsNeitherAgreedToNorAccepted) {
    Prevote asked{b.header(2), 9};
    asked.header.config_digest = kNext;
    b.say(2, asked);
    EXPECT_TRUE(b.sent<PrevoteOk>().empty());
    EXPECT_EQ(b.machine.view(b.now).nodes[1].state, NodeState::alive) << "and is not blamed for it";
    b.peer(2).config_digest = kNext;
    b.send_plan(2, under(kNext, 2, "112233"));
    EXPECT_EQ(b.accepted().counter, 1U);
    b.peer(2).config_digest = kDigest;
    b.send_plan(2, under(kNext, 3, "112233"));
    EXPECT_EQ(b.accepted().counter, 1U) << "whatever the header says";
}

TEST_F(Members, AVoterThatStagedItAgreesAndFollows) {
    b.step(with({1, 2, 3, 4}));
    b.forget();
    b.peer(2).config_digest = kNext;
    b.send_plan(2, under(kNext, 2, "112233"));
    EXPECT_EQ(b.accepted().counter, 2U);
    b.peer(2).epoch = b.accepted();
    b.beat(2);
    b.pass(b.timers.heartbeat);
    EXPECT_EQ(b.last_heartbeat().entries[0].seq, b.peer(2).seq) << "nobody is left out: it acks";
}

/// Nothing belongs to node 3, and it has let go.
class MembersLess : public Members {
protected:
    MembersLess() : Members("111222") {}
};

TEST_F(MembersLess, OneThatHasNothingIsRemoved) {
    ASSERT_EQ(objection({1, 2}), std::nullopt);
    b.step(with({1, 2}));
    live(seconds{1}, {2});
    EXPECT_EQ(b.accepted().counter, 2U) << "node 3 is not asked";
    EXPECT_EQ(b.machine.view(b.now).nodes.size(), 2U);
    b.peer(2).config_digest = kNext;
    b.peer(2).epoch = b.accepted();
    b.chatter(milliseconds{500});
    EXPECT_EQ(b.kernel().substr(0, 3), "OOO");
}

TEST_F(MembersLess, OneThatCameBackMeanwhileIsNotRemoved) {
    b.step(with({1, 2}));
    b.send_plan(2, make_plan(2, 2, "111223"));
    for (const NodeId id : kOthers) {
        b.peer(id).epoch = b.accepted();
    }
    live(seconds{3}, {2});
    EXPECT_EQ(b.machine.plan().config_digest, kDigest);
    EXPECT_EQ(b.machine.view(b.now).nodes.size(), 3U);
}

/// Before the change there is an epoch that gives node 3 the last bucket, and this
/// node acks node 3 at it.
class MembersForgotten : public MembersLess {
protected:
    MembersForgotten() {
        b.step(with({1, 2}));
        b.send_plan(2, make_plan(2, 2, "111223"));
        for (const NodeId id : kOthers) {
            b.peer(id).epoch = b.accepted();
        }
        b.chatter(milliseconds{300});
        b.beat(3);
        promised = b.now;
        // Node 2 knows nothing of that, and lets nobody wait for it.
        b.peer(2).config_digest = kNext;
        b.send_plan(2, under(kNext, 3, "111221"));
        b.forget();
    }

    /// Node 2 released, and acks, whatever epoch this node is at.
    void heartbeats_of_all() {
        for (const NodeId id : kOthers) {
            b.peer(id).epoch = id == 2 ? under(kNext, 3, "111221").id : b.peer(3).epoch;
            b.peer(id).flags.released = true;
            b.beat(id);
        }
        b.pass(b.timers.heartbeat / 2);
    }

    Time promised;
};

TEST_F(MembersForgotten, WhatItMayStillServeIsNotOpened) {
    while (b.now < promised + b.timers.promise - b.timers.heartbeat) {
        heartbeats_of_all();
        ASSERT_NE(b.kernel().back(), 'O') << "node 3 has a lease by this node's promise";
    }
    for (int i = 0; i < 10; ++i) {
        heartbeats_of_all();
    }
    EXPECT_EQ(b.kernel().back(), 'O');
}

/// One that was restarted right after acks at once: nothing tells it of node 3.
TEST_F(MembersForgotten, TheChangeIsNotDurableBeforeItsPromisesRanOut) {
    while (b.now < promised + b.timers.promise - b.timers.heartbeat) {
        heartbeats_of_all();
        ASSERT_TRUE(b.all<Persist>().empty());
        ASSERT_EQ(b.accepted().counter, 2U);
        ASSERT_NE(b.last_heartbeat().entries[1].seq, b.peer(3).seq) << "a new promise";
    }
    for (int i = 0; i < 10; ++i) {
        heartbeats_of_all();
    }
    EXPECT_EQ(b.accepted().counter, 3U);
    EXPECT_EQ(b.last_heartbeat().entries[0].seq, b.peer(2).seq) << "acks again";
}

TEST_F(MembersForgotten, WhoeverIsFoundToBeOutOfTheWayIsNotWaitedFor) {
    b.peer(2).config_digest = kDigest;
    b.send_plan(2, make_plan(4, 2, "111221"));
    EXPECT_EQ(b.accepted().counter, 4U) << "a higher epoch of all three";
    b.peer(3).epoch = b.accepted();
    b.beat(3);
    b.peer(2).config_digest = kNext;
    b.send_plan(2, under(kNext, 5, "111221"));
    EXPECT_EQ(b.accepted().counter, 5U);
}

TEST_F(MembersForgotten, TheOldFileAgainMakesItAckAgain) {
    Reconfigure back = with({1, 2, 3});
    back.config_digest = kDigest;
    b.step(back);
    b.peer(2).config_digest = kDigest;
    b.peer(2).epoch = b.accepted();
    b.chatter(milliseconds{300});
    EXPECT_EQ(b.accepted().counter, 2U);
    EXPECT_EQ(b.last_heartbeat().entries[1].seq, b.peer(3).seq);
}

TEST(MembersStart, WhoeverMissedAChangeIsToldToRestart) {
    Bench b(3, QuorumMode::majority, 4, 1);
    b.start();
    b.peer(2).config_digest = kNext;
    b.prove(2);
    const auto words = b.machine.objection(
        {{{1, 1, 1, true}, {2, 1, 1, true}, {3, 1, 1, true}, {4, 1, 1, true}}, kNext, {}}, b.now);
    ASSERT_TRUE(words);
    EXPECT_NE(words->find("restart cohortd"), std::string::npos) << *words;
}

TEST(MembersStart, WithAnotherConfigurationThanThePlansNothingIsAckedForAPromise) {
    Bench b(3, QuorumMode::majority, 4, 1);
    b.start(under(kNext, 5, "1123"));
    b.peer(2).epoch = b.accepted();
    b.prove(2);
    const Time started = b.now;
    while (b.now < started + b.timers.promise - b.timers.heartbeat) {
        b.beat(2);
        b.pass(b.timers.heartbeat);
        ASSERT_EQ(b.last_heartbeat().entries[0].seq, 0U);
    }
}

/// Node 1 of two, of which either has enough votes by its own file.
class OtherFiles : public ::testing::Test {
protected:
    OtherFiles() : b(2, QuorumMode::preferred) {
        b.config.members[0].votes = 2;
        b.peer(2).config_digest = kNext;
    }
    /// The kernel serves nothing, and what the voter promised has run out.
    void start(const Plan& plan) {
        b.machine = Machine(b.config);
        b.start(plan);
        b.prove(2);
        b.chatter(3 * b.timers.promise);
    }
    void start() { start(empty_plan(b.config.buckets, kDigest)); }

    Bench b;
};

TEST_F(OtherFiles, NobodyBeginsBesideOneWhoHasThem) {
    start();
    EXPECT_EQ(b.accepted().counter, 0U);
    EXPECT_EQ(b.kernel(), "----");
    b.pass(b.timers.promise - 2 * b.timers.heartbeat);
    EXPECT_EQ(b.accepted().counter, 0U) << "it may serve on";
    b.pass(4 * b.timers.heartbeat);
    EXPECT_EQ(b.accepted().counter, 1U) << "it is gone";
    EXPECT_EQ(b.kernel(), "OOOO");
}

TEST_F(OtherFiles, NobodyGoesOverToThemWhileThePeerHasNot) {
    start(under(kNext, 4, "1122"));
    EXPECT_EQ(b.accepted().counter, 4U);
    b.peer(2).config_digest = kDigest;
    b.chatter(seconds{2});
    EXPECT_EQ(b.accepted().counter, 5U);
}

TEST_F(OtherFiles, WhoHasBegunGoesOn) {
    start(make_plan(4, 1, "1111"));
    EXPECT_EQ(b.kernel(), "OOOO");
}

TEST_F(OtherFiles, WhoStartsBesideOneWhoServesWaits) {
    b.peer(2).flags.serving = true;
    start(make_plan(4, 1, "1111"));
    EXPECT_EQ(b.kernel(), "----");
    EXPECT_TRUE(b.noted("serves by another configuration"));
    b.pass(b.timers.promise - 2 * b.timers.heartbeat);
    EXPECT_EQ(b.kernel(), "----") << "it may serve on";
    b.pass(4 * b.timers.heartbeat);
    EXPECT_EQ(b.kernel(), "OOOO") << "it is gone";
}

TEST_F(OtherFiles, OfTwoWhoServeTheHigherDigestGoesOn) {
    for (const std::uint64_t digest : {kDigest - 1, kDigest + 1}) {
        b.peer(2).config_digest = digest;
        b.peer(2).flags.serving = false;
        start(make_plan(4, 1, "1111"));
        ASSERT_EQ(b.kernel(), "OOOO");
        EXPECT_TRUE(b.last_heartbeat().header.flags.serving);
        b.peer(2).flags.serving = true;
        b.chatter(b.timers.lease + 2 * b.timers.heartbeat);
        EXPECT_EQ(b.kernel(), digest < kDigest ? "OOOO" : "----");
        EXPECT_EQ(b.last_heartbeat().header.flags.serving, digest < kDigest);
        b.peer(2).flags.serving = false;
        b.chatter(b.timers.promise + 2 * b.timers.heartbeat);
        EXPECT_EQ(b.kernel(), "OOOO");
    }
}

TEST_F(OtherFiles, AStrangerIsOneWhoHasThem) {
    b.peer(2).config_digest = kDigest;
    b.machine = Machine(b.config);
    b.start(empty_plan(b.config.buckets, kDigest));
    for (int i = 0; i < 30; ++i) {
        b.step(StrangerHeard{});
        b.pass(b.timers.heartbeat);
    }
    EXPECT_EQ(b.accepted().counter, 0U);
    b.pass(b.timers.promise + 3 * b.timers.heartbeat);
    EXPECT_EQ(b.accepted().counter, 1U);
}

TEST_F(OtherFiles, ALongerPromiseUnderTheFormerOnesIsWaitedFor) {
    b.peer(2).config_digest = kDigest;
    b.machine = Machine(b.config);
    b.step(Start{kSession, 42, under(kNext, 4, "1122"), seconds{11}, {}, true});
    b.prove(2);
    b.chatter(seconds{10});
    EXPECT_EQ(b.accepted().counter, 4U);
    b.chatter(seconds{2});
    EXPECT_EQ(b.accepted().counter, 5U);
}

/// A copy of this node's disk runs elsewhere.
TEST(Doubled, NothingIsOpenedBesideAnotherInThisNodesName) {
    Bench b;
    b.start(make_plan(4, 2, "1122"));
    b.step(StrangerHeard{true});
    EXPECT_TRUE(b.noted("another cohortd speaks as this node"));
    b.prove(2);
    b.follow(2);
    for (int i = 0; i < 30; ++i) {
        b.step(StrangerHeard{true});
        b.chatter(b.timers.heartbeat);
    }
    EXPECT_EQ(b.kernel(), "----");
    b.chatter(2 * b.timers.promise);
    EXPECT_EQ(b.kernel(), "OO--");
}

}  // namespace
}  // namespace cohort::core::bench
