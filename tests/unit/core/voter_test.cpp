// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/voter.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <gtest/gtest.h>

namespace cohort::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class VoterTest : public ::testing::Test {
protected:
    static MachineConfig config() {
        MachineConfig config;
        config.self = 1;
        config.members = {{1, 1, 1, true}, {2, 1, 1, true}, {3, 1, 1, true}};
        config.timers = make_timers(milliseconds{100}, seconds{1});
        return config;
    }

    static constexpr std::size_t kB = 1;           ///< index of node 2
    static constexpr std::uint64_t kBits = 0b110;  ///< nodes 2 and 3

    Electorate electorate_{config()};
    Voter voter_{electorate_, config().timers};
    Time t_{seconds{50}};

    void started() { voter_.start(t_ - seconds{10}, config().timers.promise); }
};

TEST_F(VoterTest, ReportsNobodyClearWhileEarlierPromisesMayLast) {
    voter_.start(t_, config().timers.promise);
    EXPECT_EQ(voter_.clear(t_), 0U);
    EXPECT_EQ(voter_.clear(t_ + milliseconds{1099}), 0U);
    EXPECT_EQ(voter_.clear(t_ + milliseconds{1100}), kBits);
    EXPECT_EQ(voter_.next_clear(t_), t_ + milliseconds{1100});
}

TEST_F(VoterTest, NeverReportsItself) {
    started();
    EXPECT_EQ(voter_.clear(t_) & node_bit(1), 0U);
}

TEST_F(VoterTest, APromiseAtTheAcceptedEpochDoesNotStandInTheWay) {
    started();
    voter_.ack(kB, 7, 1, t_);
    EXPECT_EQ(voter_.clear(t_), kBits) << "clear speaks of epochs before the accepted one";
}

TEST_F(VoterTest, APromiseOfAnEarlierEpochDelaysClearUntilItRunsOut) {
    started();
    voter_.ack(kB, 7, 1, t_);
    voter_.accept();
    EXPECT_EQ(voter_.clear(t_ + milliseconds{1099}), node_bit(3));
    EXPECT_EQ(voter_.next_clear(t_), t_ + milliseconds{1100});
    EXPECT_EQ(voter_.clear(t_ + milliseconds{1100}), kBits);
    EXPECT_EQ(voter_.next_clear(t_ + milliseconds{1100}), std::nullopt);
}

TEST_F(VoterTest, TheLongestOfSeveralOldPromisesCounts) {
    started();
    voter_.ack(kB, 7, 1, t_);
    voter_.accept();
    voter_.accept();  // nothing was promised in between
    EXPECT_EQ(voter_.clear(t_ + milliseconds{1000}), node_bit(3));
}

TEST_F(VoterTest, AcksNameTheHighestNumberOfTheSessionAtThisEpoch) {
    started();
    voter_.ack(kB, 7, 5, t_);
    voter_.ack(kB, 7, 4, t_);  // overtaken on another link
    EXPECT_EQ(voter_.acked(kB).seq, 5U);
    EXPECT_EQ(voter_.acked(kB).session, 7U);
    voter_.ack(kB, 8, 1, t_);
    EXPECT_EQ(voter_.acked(kB).seq, 1U) << "numbers of an earlier session mean nothing";
    voter_.accept();
    EXPECT_EQ(voter_.acked(kB).seq, 0U) << "no heartbeat of the new epoch was acked yet";
}

}  // namespace
}  // namespace cohort::core
