// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/ledger.hpp"

#include <gtest/gtest.h>

namespace cohort::testbed {
namespace {

using namespace std::chrono_literals;

const Time kAsked{1s};

TEST(Ledger, AnswersOfTwoNodesCountAsTwiceOnce) {
    Ledger ledger(1);
    const auto seq = ledger.ask(0, kAsked);
    ledger.answer(0, seq, 1, kAsked + 1ms);
    EXPECT_EQ(ledger.twice(), 0u);
    ledger.answer(0, seq, 2, kAsked + 2ms);
    ledger.answer(0, seq, 3, kAsked + 3ms);
    EXPECT_EQ(ledger.twice(), 1u);
    EXPECT_EQ(ledger.answered(), 1u);
}

TEST(Ledger, AnotherAnswerOfOneNodeIsARepeat) {
    Ledger ledger(1);
    const auto seq = ledger.ask(0, kAsked);
    ledger.answer(0, seq, 1, kAsked);
    ledger.answer(0, seq, 1, kAsked);
    EXPECT_EQ(ledger.twice(), 0u);
    EXPECT_EQ(ledger.questions()[0].repeats, 1u);
}

TEST(Ledger, AnswersToNoQuestionAreStray) {
    Ledger ledger(2);
    const auto seq = ledger.ask(0, kAsked);
    ledger.answer(1, seq, 1, kAsked);
    ledger.answer(0, seq + 1, 1, kAsked);
    EXPECT_EQ(ledger.stray(), 2u);
    EXPECT_EQ(ledger.answered(), 0u);
}

TEST(Ledger, ALateAnswerIsNone) {
    Ledger ledger(1);
    const auto seq = ledger.ask(0, kAsked);
    ledger.answer(0, seq, 1, kAsked + 11ms);
    EXPECT_FALSE(ledger.questions()[0].is_answered(10ms));
    EXPECT_TRUE(ledger.questions()[0].is_answered(11ms));
}

TEST(Ledger, AFlowIsDarkWhileItsFirstOpenQuestionIsOld) {
    Ledger ledger(2);
    ledger.ask(0, kAsked);
    ledger.ask(0, kAsked + 100ms);
    EXPECT_EQ(ledger.dark_flows(kAsked + 50ms, 60ms), 0u);
    EXPECT_EQ(ledger.dark_flows(kAsked + 61ms, 60ms), 1u);
    ledger.answer(0, 1, 2, kAsked + 120ms);
    EXPECT_EQ(ledger.dark_flows(kAsked + 300ms, 60ms), 0u);
    EXPECT_EQ(ledger.flows_by_owner(), (std::map<NodeId, std::size_t>{{0, 1}, {2, 1}}));
}

}  // namespace
}  // namespace cohort::testbed
