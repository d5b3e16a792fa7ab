// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/analysis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort::testbed {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const Time kStart{1s};
constexpr Duration kTimeout = 50ms;

/// Asks from each flow every 10 ms; `node_of` tells who answers, 0: nobody.
template <class NodeOf>
Ledger ask(std::size_t flows, std::size_t rounds, NodeOf node_of) {
    Ledger ledger(flows);
    for (std::size_t round = 0; round < rounds; ++round)
        for (std::uint32_t flow = 0; flow < flows; ++flow) {
            const Time now = kStart + round * 10ms + flow * 1ms;
            const auto seq = ledger.ask(flow, now);
            if (const NodeId node = node_of(flow, round))
                ledger.answer(flow, seq, node, now + 1ms);
        }
    return ledger;
}

TEST(Analysis, ABlackoutLastsFromTheFirstLostQuestionToTheNextAnswered) {
    const Ledger ledger = ask(2, 20, [](std::uint32_t flow, std::size_t round) -> NodeId {
        if (flow == 1)
            return 1;
        return round < 5 ? 2 : round < 11 ? 0 : 1;
    });
    const auto events = analyse(ledger.questions(), 2, {{"start", kStart}, {"kill", kStart + 45ms}},
                                kStart + 200ms, kTimeout);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].unanswered, 0u);
    const EventView& kill = events[1];
    EXPECT_THAT(kill.blackouts, ElementsAre(60ms));
    EXPECT_EQ(kill.unanswered, 6u);
    EXPECT_EQ(kill.last_unanswered, Duration(55ms));
    EXPECT_EQ(kill.still_dark, 0u);
    EXPECT_EQ(kill.moved, 1u);
    EXPECT_EQ(kill.by_owner.at(2).flows, 1u);
    EXPECT_EQ(kill.by_owner.at(2).unanswered, 6u);
    EXPECT_EQ(kill.by_owner.at(2).longest, Duration(60ms));
    EXPECT_EQ(kill.by_owner.at(1).unanswered, 0u);
    EXPECT_EQ(kill.by_owner.at(1).dark_flows, 0u);
}

TEST(Analysis, OfEachNodeTheLastQuestionThatItAnsweredIsKnown) {
    const Ledger ledger = ask(2, 20, [](std::uint32_t flow, std::size_t round) -> NodeId {
        return flow == 1 ? 1 : round < 7 ? 2 : 0;
    });
    const auto events = analyse(ledger.questions(), 2, {{"start", kStart}, {"kill", kStart + 45ms}},
                                kStart + 200ms, kTimeout);
    EXPECT_EQ(events[1].last_answered.at(1), Duration(146ms));
    EXPECT_EQ(events[1].last_answered.at(2), Duration(15ms));
}

TEST(Analysis, ABlackoutBelongsToTheEventInWhichItBegan) {
    const Ledger ledger = ask(1, 20, [](std::uint32_t, std::size_t round) -> NodeId {
        return round < 4 || round >= 12 ? 1 : 0;
    });
    const auto events = analyse(ledger.questions(), 1, {{"cut", kStart}, {"heal", kStart + 75ms}},
                                kStart + 200ms, kTimeout);
    EXPECT_THAT(events[0].blackouts, ElementsAre(80ms));
    EXPECT_TRUE(events[1].blackouts.empty());
    EXPECT_EQ(events[1].unanswered, 4u);
}

TEST(Analysis, OfSeveralBlackoutsOfAFlowTheLongestCounts) {
    const Ledger ledger = ask(1, 20, [](std::uint32_t, std::size_t round) -> NodeId {
        return round == 3 || (round >= 8 && round < 12) ? 0 : 1;
    });
    const auto events =
        analyse(ledger.questions(), 1, {{"start", kStart}}, kStart + 200ms, kTimeout);
    EXPECT_THAT(events[0].blackouts, ElementsAre(40ms));
}

TEST(Analysis, AFlowThatStaysDarkIsDarkToTheEnd) {
    const Ledger ledger =
        ask(1, 10, [](std::uint32_t, std::size_t round) -> NodeId { return round < 5 ? 1 : 0; });
    const auto events =
        analyse(ledger.questions(), 1, {{"start", kStart}}, kStart + 100ms, kTimeout);
    EXPECT_EQ(events[0].still_dark, 1u);
    EXPECT_THAT(events[0].blackouts, ElementsAre(50ms));
}

TEST(Analysis, DoubledAnswersCountInTheirEvent) {
    Ledger ledger(1);
    for (int i = 0; i < 5; ++i) {
        const Time now = kStart + i * 10ms;
        const auto seq = ledger.ask(0, now);
        ledger.answer(0, seq, 1, now);
        if (i == 2 || i == 3)
            ledger.answer(0, seq, 2, now);
    }
    const auto events =
        analyse(ledger.questions(), 1, {{"start", kStart}, {"split", kStart + 15ms}}, kStart + 50ms,
                kTimeout);
    EXPECT_EQ(events[0].twice, 0u);
    EXPECT_FALSE(events[0].first_twice || events[0].last_twice);
    EXPECT_EQ(events[1].twice, 2u);
    EXPECT_EQ(events[1].first_twice, Duration(5ms));
    EXPECT_EQ(events[1].last_twice, Duration(15ms));
}

TEST(Analysis, AMarkWithoutQuestionsIsAnEmptyEvent) {
    const Ledger ledger = ask(1, 2, [](std::uint32_t, std::size_t) -> NodeId { return 1; });
    const auto events = analyse(ledger.questions(), 1, {{"start", kStart}, {"late", kStart + 1s}},
                                kStart + 1s, kTimeout);
    EXPECT_EQ(events[1].asked, 0u);
}

}  // namespace
}  // namespace cohort::testbed
