// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/outbox.hpp"

#include "tests/unit/link/loop.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cohort::link {
namespace {

using core::Message;
using test::fragment;
using test::heartbeat;

TEST(Outbox, OnlyTheNewestHeartbeatIsKept) {
    Outbox box;
    for (std::uint64_t seq = 1; seq <= 1000; ++seq)
        box.put(heartbeat(1, seq));
    EXPECT_EQ(box.next(), Message{heartbeat(1, 1000)});
    EXPECT_EQ(box.next(), std::nullopt);
    EXPECT_TRUE(box.empty());
}

TEST(Outbox, HeartbeatsGoFirstThenExchangesThenPlans) {
    const core::PlanRequest request{test::header(1, 1), 2, {5, 1, 1}};
    Outbox box;
    box.put(fragment(3, 0));
    box.put(request);
    box.put(heartbeat(1, 1));
    EXPECT_EQ(box.next(), Message{heartbeat(1, 1)});
    EXPECT_EQ(box.next(), Message{request});
    EXPECT_EQ(box.next(), Message{fragment(3, 0)});
}

TEST(Outbox, FragmentsOfANewerPlanReplaceTheOlderOnes) {
    Outbox box;
    box.put(fragment(3, 0));
    box.put(fragment(3, 1));
    box.put(fragment(4, 1));
    EXPECT_EQ(box.next(), Message{fragment(4, 1)});
    EXPECT_TRUE(box.empty());
}

TEST(Outbox, APlanThatIsSentAgainDoesNotStarveItsEnd) {
    Outbox box;
    auto put_all = [&box] {
        for (std::uint16_t index = 0; index < 4; ++index)
            box.put(fragment(3, index, 4));
    };
    std::set<std::uint16_t> sent;
    for (int i = 0; i < 4; ++i) {
        put_all();
        sent.insert(std::get<core::PlanFragment>(*box.next()).index);
    }
    EXPECT_EQ(sent.size(), 4u);
}

TEST(Outbox, AnExchangeWithTheSameNodeIsReplaced) {
    auto hello = [](core::NodeId to, std::uint64_t challenge) {
        return core::Hello{test::header(1, 1), to, challenge, 0};
    };
    Outbox box;
    box.put(hello(2, 7));
    box.put(hello(3, 8));
    box.put(hello(2, 9));
    box.put(core::Prevote{test::header(1, 1), 4});
    EXPECT_EQ(box.next(), Message{hello(2, 9)});
    EXPECT_EQ(box.next(), Message{hello(3, 8)});
    EXPECT_EQ(box.next(), Message(core::Prevote{test::header(1, 1), 4}));
    EXPECT_TRUE(box.empty());
}

TEST(Outbox, ClearForgetsEverything) {
    Outbox box;
    box.put(heartbeat(1, 1));
    box.put(fragment(3, 0));
    box.put(core::Prevote{test::header(1, 1), 4});
    box.clear();
    EXPECT_TRUE(box.empty());
    EXPECT_EQ(box.next(), std::nullopt);
}

}  // namespace
}  // namespace cohort::link
