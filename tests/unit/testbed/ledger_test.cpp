// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/ledger.hpp"

#include <gtest/gtest.h>

namespace cohort::testbed {
namespace {

using namespace std::chrono_literals;

const Time kStart{1s};

TEST(Ledger, AnswersOfTwoNodesCountAsTwiceOnce) {
    Ledger ledger(1);
    const auto seq = ledger.ask(0, kStart);
    ledger.answer(0, seq, 1, kStart + 1ms);
    EXPECT_EQ(ledger.twice(), 0u);
    ledger.answer(0, seq, 2, kStart + 2ms);
    ledger.answer(0, seq, 3, kStart + 3ms);
    EXPECT_EQ(ledger.twice(), 1u);
    EXPECT_EQ(ledger.answered(), 1u);
}

TEST(Ledger, AnotherAnswerOfOneNodeIsARepeat) {
    Ledger ledger(1);
    const auto seq = ledger.ask(0, kStart);
    ledger.answer(0, seq, 1, kStart);
    ledger.answer(0, seq, 1, kStart);
    EXPECT_EQ(ledger.twice(), 0u);
    EXPECT_EQ(ledger.questions()[0].repeats, 1u);
}

TEST(Ledger, AnswersToNoQuestionAreStray) {
    Ledger ledger(2);
    const auto seq = ledger.ask(0, kStart);
    ledger.answer(1, seq, 1, kStart);
    ledger.answer(0, seq + 1, 1, kStart);
    EXPECT_EQ(ledger.stray(), 2u);
    EXPECT_EQ(ledger.answered(), 0u);
}

TEST(Ledger, ALateAnswerIsNone) {
    Ledger ledger(1);
    const auto seq = ledger.ask(0, kStart);
    ledger.answer(0, seq, 1, kStart + 11ms);
    EXPECT_FALSE(ledger.questions()[0].is_answered(10ms));
    EXPECT_TRUE(ledger.questions()[0].is_answered(11ms));
}

TEST(Ledger, AFlowIsDarkWhileItsFirstOpenQuestionIsOld) {
    Ledger ledger(2);
    ledger.ask(0, kStart);
    ledger.ask(0, kStart + 100ms);
    EXPECT_EQ(ledger.dark_flows(kStart + 50ms, 60ms), 0u);
    EXPECT_EQ(ledger.dark_flows(kStart + 61ms, 60ms), 1u);
    ledger.answer(0, 1, 2, kStart + 120ms);
    EXPECT_EQ(ledger.dark_flows(kStart + 300ms, 60ms), 0u);
    EXPECT_EQ(ledger.flows_by_owner(), (std::map<NodeId, std::size_t>{{0, 1}, {2, 1}}));
}

}  // namespace
}  // namespace cohort::testbed
