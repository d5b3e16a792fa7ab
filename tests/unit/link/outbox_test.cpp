// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/outbox.hpp"

#include "tests/unit/link/loop.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

namespace cohort::link {
namespace {

using core::Message;
using test::fragment;
using test::heartbeat;

Message message_of(const std::optional<Outgoing>& outgoing) {
    return outgoing ? outgoing->message : Message{};
}

/// Another node's message, with a packet (whose bytes do not matter here).
Outgoing relayed(Message message) {
    return {std::move(message), wire::Frame()};
}

core::NodeId sender_of(const std::optional<Outgoing>& outgoing) {
    return outgoing ? header_of(outgoing->message).sender : core::kNobody;
}

TEST(Outbox, OnlyTheNewestHeartbeatIsKept) {
    Outbox box;
    for (std::uint64_t seq = 1; seq <= 1000; ++seq)
        box.put({heartbeat(1, seq)});
    EXPECT_EQ(message_of(box.next()), Message{heartbeat(1, 1000)});
    EXPECT_FALSE(box.next().has_value());
    EXPECT_TRUE(box.empty());
}

TEST(Outbox, HeartbeatsGoFirstThenExchangesThenPlans) {
    const core::PlanRequest request{test::header(1, 1), 2, {5, 1, 1}};
    Outbox box;
    box.put({fragment(3, 0)});
    box.put({request});
    box.put({heartbeat(1, 1)});
    EXPECT_EQ(message_of(box.next()), Message{heartbeat(1, 1)});
    EXPECT_EQ(message_of(box.next()), Message{request});
    EXPECT_EQ(message_of(box.next()), Message{fragment(3, 0)});
}

TEST(Outbox, FragmentsOfANewerPlanReplaceTheOlderOnes) {
    Outbox box;
    box.put({fragment(3, 0)});
    box.put({fragment(3, 1)});
    box.put({fragment(4, 1)});
    EXPECT_EQ(message_of(box.next()), Message{fragment(4, 1)});
    EXPECT_TRUE(box.empty());
}

TEST(Outbox, APlanThatIsSentAgainDoesNotStarveItsEnd) {
    Outbox box;
    auto put_all = [&box] {
        for (std::uint16_t index = 0; index < 4; ++index)
            box.put({fragment(3, index, 4)});
    };
    std::set<std::uint16_t> sent;
    for (int i = 0; i < 4; ++i) {
        put_all();
        sent.insert(std::get<core::PlanFragment>(message_of(box.next())).index);
    }
    EXPECT_EQ(sent.size(), 4u);
}

TEST(Outbox, AnExchangeWithTheSameNodeIsReplaced) {
    auto hello = [](core::NodeId to, std::uint64_t challenge) {
        return core::Hello{test::header(1, 1), to, challenge, 0};
    };
    Outbox box;
    box.put({hello(2, 7)});
    box.put({hello(3, 8)});
    box.put({hello(2, 9)});
    box.put({core::Prevote{test::header(1, 1), 4}});
    EXPECT_EQ(message_of(box.next()), Message{hello(2, 9)});
    EXPECT_EQ(message_of(box.next()), Message{hello(3, 8)});
    EXPECT_EQ(message_of(box.next()), Message(core::Prevote{test::header(1, 1), 4}));
    EXPECT_TRUE(box.empty());
}

TEST(Outbox, EachOriginHasItsNewestHeartbeatOnly) {
    Outbox box;
    for (std::uint64_t seq = 1; seq <= 100; ++seq) {
        for (core::NodeId origin = 2; origin <= 4; ++origin)
            box.put(relayed(heartbeat(origin, seq)));
    }
    box.put(relayed(heartbeat(3, 50)));  // overtaken on another way
    for (core::NodeId origin = 2; origin <= 4; ++origin)
        EXPECT_EQ(message_of(box.next()), Message{heartbeat(origin, 100)});
    EXPECT_TRUE(box.empty());
}

TEST(Outbox, TheOwnHeartbeatWaitsForOneFrameAtMost) {
    Outbox box;
    auto refill = [&box](std::uint64_t seq) {
        for (core::NodeId origin = 2; origin <= 9; ++origin)
            box.put(relayed(heartbeat(origin, seq)));
    };
    refill(1);
    std::uint64_t since_own = 0;
    for (std::uint64_t turn = 1; turn <= 100; ++turn) {
        box.put({heartbeat(1, turn)});
        refill(turn);
        since_own = sender_of(box.next()) == 1 ? 0 : since_own + 1;
        EXPECT_LE(since_own, 1u);
    }
}

TEST(Outbox, AStreamOfOwnHeartbeatsStarvesNobody) {
    const core::PlanRequest request{test::header(1, 1), 2, {5, 1, 1}};
    Outbox box;
    box.put(relayed(heartbeat(2, 1)));
    box.put(relayed(heartbeat(3, 1)));
    box.put(relayed(core::Hello{test::header(3, 2), 4, 7, 0}));
    box.put({request});
    box.put({fragment(3, 0)});
    std::vector<std::size_t> types;
    for (std::uint64_t turn = 1; turn <= 10; ++turn) {
        box.put({heartbeat(1, turn)});
        types.push_back(box.next()->message.index());
    }
    // Own, and between: two heartbeats, the own question, the own fragment by
    // turns with the other node's question.
    EXPECT_EQ(types, (std::vector<std::size_t>{0, 0, 0, 0, 0, 2, 0, 1, 0, 5}));
}

TEST(Outbox, APlanGoesBesideTheHeartbeatsOfManyNodes) {
    Outbox box;
    for (std::uint16_t index = 0; index < 4; ++index)
        box.put(relayed(fragment(3, index, 4)));
    std::vector<core::NodeId> heartbeats;
    int fragments = 0;
    for (std::uint64_t turn = 1; fragments < 4 && turn < 100; ++turn) {
        for (core::NodeId origin = 2; origin <= 4; ++origin)
            box.put(relayed(heartbeat(origin, turn)));
        const auto next = box.next();
        if (std::holds_alternative<core::PlanFragment>(next->message))
            ++fragments;
        else
            heartbeats.push_back(sender_of(next));
    }
    // A round of all origins before each fragment.
    EXPECT_EQ(heartbeats, (std::vector<core::NodeId>{2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4}));
}

TEST(Outbox, AnotherNodesPlanDoesNotReplaceTheOwn) {
    Outbox box;
    box.put({fragment(3, 0)});
    core::PlanFragment other = fragment(4, 0);
    other.header.sender = 2;
    box.put(relayed(other));
    EXPECT_EQ(message_of(box.next()), Message{fragment(3, 0)}) << "own frames first";
    EXPECT_EQ(message_of(box.next()), Message{other});
}

TEST(Outbox, ClearForgetsEverything) {
    Outbox box;
    box.put({heartbeat(1, 1)});
    box.put({fragment(3, 0)});
    box.put({core::Prevote{test::header(1, 1), 4}});
    box.clear();
    EXPECT_TRUE(box.empty());
    EXPECT_FALSE(box.next().has_value());
}

}  // namespace
}  // namespace cohort::link
