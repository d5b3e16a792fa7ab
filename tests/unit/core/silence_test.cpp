// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/silence.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <gtest/gtest.h>

namespace cohort::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SilenceTest : public ::testing::Test {
protected:
    Time at(int ms) const { return Time{seconds{10}} + milliseconds{ms}; }
    Grade grade(int ms) const { return silence_.grade(timers_, at(ms)); }

    Timers timers_ = make_timers(milliseconds{100}, seconds{1});
    Silence silence_;
};

TEST_F(SilenceTest, OfAFreshPeerKeepsAfterSKeepAndTakesAfterSTake) {
    silence_.heard(at(0), true);
    EXPECT_EQ(grade(749), Grade::none);
    EXPECT_EQ(grade(750), Grade::keep);
    EXPECT_EQ(grade(1099), Grade::keep);
    EXPECT_EQ(grade(1100), Grade::take);
}

TEST_F(SilenceTest, OfAPeerThatMayHaveBeenDeafTakesAfterSLongOnly) {
    silence_.heard(at(0), false);
    EXPECT_EQ(grade(1100), Grade::keep);
    EXPECT_EQ(grade(1599), Grade::keep);
    EXPECT_EQ(grade(1600), Grade::take);
}

TEST_F(SilenceTest, ARestartOfTheClockForgetsFreshness) {
    silence_.heard(at(0), true);
    silence_.restart(at(100));
    EXPECT_EQ(grade(1300), Grade::keep);
    EXPECT_EQ(grade(1700), Grade::take);
}

TEST_F(SilenceTest, AFrameEndsItAndDecidesFreshnessAnew) {
    silence_.heard(at(0), true);
    silence_.heard(at(1000), false);
    EXPECT_EQ(grade(1700), Grade::none);
    EXPECT_EQ(grade(2599), Grade::keep);
    EXPECT_EQ(grade(2600), Grade::take);
}

TEST_F(SilenceTest, NamesTheMomentsAtWhichItChanges) {
    silence_.heard(at(0), true);
    EXPECT_GT(*silence_.next_change(timers_, timers_.detect, at(0)), at(350));
    EXPECT_LT(*silence_.next_change(timers_, timers_.detect, at(0)), at(351));
    EXPECT_EQ(silence_.next_change(timers_, timers_.detect, at(400)), at(750));
    EXPECT_EQ(silence_.next_change(timers_, timers_.detect, at(750)), at(1100));
}

}  // namespace
}  // namespace cohort::core
