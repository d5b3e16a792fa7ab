// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/lease.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <gtest/gtest.h>

namespace cohort::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

MachineConfig config(std::vector<std::uint8_t> votes) {
    MachineConfig out;
    out.self = 1;
    for (std::size_t i = 0; i < votes.size(); ++i) {
        out.members.push_back({static_cast<NodeId>(i + 1), 1, votes[i], true});
    }
    out.timers = make_timers(milliseconds{100}, seconds{1});
    return out;
}

class LeaseTest : public ::testing::Test {
protected:
    void use(std::vector<std::uint8_t> votes) {
        electorate_.emplace(config(std::move(votes)));
        lease_.emplace(*electorate_, config({1}).timers);
    }
    Lease& lease() { return *lease_; }
    Time at(int ms) const { return Time{seconds{10}} + milliseconds{ms}; }

private:
    std::optional<Electorate> electorate_;
    std::optional<Lease> lease_;
};

TEST_F(LeaseTest, RunsFromTheSendTimeOfTheAckedHeartbeatNotFromTheAck) {
    use({1, 1});
    lease().sent(1, at(0));
    EXPECT_EQ(lease().end(), std::nullopt) << "one of two votes is no quorum";
    EXPECT_EQ(lease().acked(1, 1, at(300)), at(0));
    EXPECT_EQ(lease().end(), at(1000));
}

TEST_F(LeaseTest, NeedsMoreThanHalfOfAllConfiguredVotes) {
    use({1, 1, 1, 1});
    lease().sent(1, at(0));
    lease().acked(1, 1, at(1));
    EXPECT_EQ(lease().end(), std::nullopt) << "2 of 4";
    lease().acked(2, 1, at(1));
    EXPECT_EQ(lease().end(), at(1000)) << "3 of 4";
}

TEST_F(LeaseTest, EndsWithTheOldestAckThatTheQuorumNeeds) {
    use({1, 1, 1});
    lease().sent(1, at(0));
    lease().acked(1, 1, at(1));
    lease().sent(2, at(100));
    lease().acked(2, 2, at(101));
    lease().sent(3, at(200));
    EXPECT_EQ(lease().end(), at(1100)) << "own vote and node 3; node 2's older ack is not needed";
}

TEST_F(LeaseTest, CountsVotesNotNodes) {
    use({2, 1});
    lease().sent(1, at(0));
    EXPECT_EQ(lease().end(), at(1000)) << "two of three votes are its own";
}

TEST_F(LeaseTest, AnAckOfAnUnknownOrForgottenHeartbeatCountsNothing) {
    use({1, 1});
    lease().sent(1, at(0));
    EXPECT_EQ(lease().acked(1, 2, at(1)), std::nullopt);
    lease().sent(2, at(1500));
    EXPECT_EQ(lease().acked(1, 1, at(1501)), std::nullopt) << "older than the lease";
    EXPECT_EQ(lease().end(), std::nullopt);
}

TEST_F(LeaseTest, ALateAckOfAnOlderHeartbeatTakesNothingBack) {
    use({1, 1});
    lease().sent(1, at(0));
    lease().sent(2, at(100));
    lease().acked(1, 2, at(101));
    lease().acked(1, 1, at(150));
    EXPECT_EQ(lease().end(), at(1100));
}

TEST_F(LeaseTest, AcceptEmptiesTheAcksAndCarriesAValidLease) {
    use({1, 1});
    lease().sent(1, at(0));
    lease().acked(1, 1, at(1));
    EXPECT_TRUE(lease().accept(at(500)));
    EXPECT_EQ(lease().carry(), at(1000));
    EXPECT_EQ(lease().end(), std::nullopt);
    EXPECT_EQ(lease().until(), at(1000));
    EXPECT_EQ(lease().acked(1, 1, at(501)), std::nullopt)
        << "an ack that arrives after the node moved on is dropped";
}

TEST_F(LeaseTest, ACarriedLeaseIsCarriedOnAcrossAnotherAccept) {
    use({1, 1});
    lease().sent(1, at(0));
    lease().acked(1, 1, at(1));
    lease().accept(at(500));
    EXPECT_TRUE(lease().accept(at(600)));
    EXPECT_EQ(lease().carry(), at(1000));
}

TEST_F(LeaseTest, NothingIsCarriedOverALapse) {
    use({1, 1});
    lease().sent(1, at(0));
    lease().acked(1, 1, at(1));
    EXPECT_FALSE(lease().accept(at(1000))) << "the end itself is past";
    EXPECT_EQ(lease().carry(), std::nullopt);
}

TEST_F(LeaseTest, ReturnsWithAcksAtTheSameEpoch) {
    use({1, 1});
    lease().sent(1, at(0));
    lease().acked(1, 1, at(1));
    EXPECT_FALSE(lease().valid(at(1200)));
    lease().sent(2, at(1200));
    lease().acked(1, 2, at(1210));
    EXPECT_TRUE(lease().valid(at(1210)));
}

TEST_F(LeaseTest, TheSecondRoundCountsRealAcksOfLaterHeartbeatsOnly) {
    use({1, 1});
    lease().sent(1, at(0));
    lease().acked(1, 1, at(1));
    EXPECT_TRUE(lease().quorum_acked_since(1));
    EXPECT_FALSE(lease().quorum_acked_since(2));
    lease().sent(2, at(100));
    EXPECT_FALSE(lease().quorum_acked_since(2)) << "own vote alone";
    lease().grant(1, at(100));
    EXPECT_FALSE(lease().quorum_acked_since(2)) << "a virtual ack is none";
    lease().acked(1, 2, at(101));
    EXPECT_TRUE(lease().quorum_acked_since(2));
}

TEST_F(LeaseTest, AVirtualAckProlongsFromItsReading) {
    use({1, 1});
    lease().sent(1, at(0));
    lease().acked(1, 1, at(1));
    lease().sent(2, at(800));
    lease().grant(1, at(750));
    EXPECT_EQ(lease().end(), at(1750));
    EXPECT_FALSE(lease().has_ack(1, at(1100))) << "that is about real acks";
    lease().accept(at(900));
    EXPECT_EQ(lease().carry(), at(1750)) << "R25 counts for R11 too";
}

TEST_F(LeaseTest, NumbersMatchByTheirLowBits) {
    use({1, 1});
    const std::uint64_t seq = (std::uint64_t{5} << 32) + 9;
    lease().sent(seq, at(0));
    EXPECT_EQ(lease().acked(1, 9, at(1)), at(0));
}

}  // namespace
}  // namespace cohort::core
