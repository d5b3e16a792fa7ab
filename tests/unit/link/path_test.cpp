// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/path.hpp"

#include <gtest/gtest.h>

namespace cohort::link {
namespace {

using std::chrono::milliseconds;

constexpr core::Time at(int ms) {
    return core::Time{milliseconds{ms}};
}

TEST(Path, RoundTripLeavesOutWhatThePeerHeldTheEcho) {
    SentTimes sent;
    Path path;
    sent.note(33, at(1000));  // low bits: 1
    path.heard_echo({1, milliseconds{60}}, sent, at(1075));
    EXPECT_EQ(path.round_trip(), milliseconds{15});
}

TEST(Path, RoundTripIsSmoothed) {
    SentTimes sent;
    Path path;
    sent.note(1, at(0));
    path.heard_echo({1, milliseconds{0}}, sent, at(16));
    sent.note(2, at(100));
    path.heard_echo({2, milliseconds{0}}, sent, at(124));
    EXPECT_EQ(path.round_trip(), milliseconds{17});
}

TEST(Path, RoundingNeverMakesItNegative) {
    SentTimes sent;
    Path path;
    sent.note(1, at(0));
    path.heard_echo({1, milliseconds{10}}, sent, at(9));
    EXPECT_EQ(path.round_trip(), milliseconds{0});
}

TEST(Path, AnEchoOfSomethingNeverSentSaysNothing) {
    Path path;
    path.heard_echo({5, milliseconds{1}}, SentTimes(), at(100));
    EXPECT_EQ(path.round_trip(), std::nullopt);
    EXPECT_FALSE(path.works_both_ways(at(100), milliseconds{350}));
}

TEST(Path, AnEchoThatIsTooOldSaysNothing) {
    SentTimes sent;
    sent.note(1, at(0));
    Path path;
    path.heard_echo({1, milliseconds{5}}, sent, at(2100));
    EXPECT_EQ(path.round_trip(), std::nullopt);
}

TEST(Path, AnEchoOfAnEarlierHeartbeatWithTheSameLowBitsSaysNothing) {
    SentTimes sent;
    Path path;
    for (int seq = 1; seq <= 33; ++seq)
        sent.note(static_cast<std::uint64_t>(seq), at(20 * seq));
    path.heard_echo({1, milliseconds{640}}, sent, at(661));  // of the first, at 21
    EXPECT_EQ(path.round_trip(), std::nullopt);
    EXPECT_FALSE(path.works_both_ways(at(661), milliseconds{350}));
}

TEST(Path, WorksBothWaysWhileEchoesComeBack) {
    SentTimes sent;
    sent.note(1, at(1000));
    Path path;
    path.heard_echo({1, milliseconds{50}}, sent, at(1060));
    EXPECT_TRUE(path.works_both_ways(at(1060), milliseconds{350}));
    EXPECT_TRUE(path.works_both_ways(at(1360), milliseconds{350}));
    EXPECT_FALSE(path.works_both_ways(at(1361), milliseconds{350}));
}

TEST(Path, HeardInOneDirectionIsNotBothWays) {
    Path path;
    path.heard(at(1000));
    path.heard_heartbeat(7, at(1000));
    EXPECT_EQ(path.heard_at(), at(1000));
    EXPECT_FALSE(path.works_both_ways(at(1000), milliseconds{350}));
}

TEST(Path, SaysWhereFramesComeFrom) {
    const Endpoint own = *parse_endpoint("10.8.0.2:7788");
    const Endpoint relay = *parse_endpoint("10.8.0.3:7788");
    Path path;
    EXPECT_EQ(path.from(at(1000), milliseconds{350}), std::nullopt);
    path.heard(at(1000), 0, own);
    path.heard(at(1100), 1, relay);
    EXPECT_EQ(path.from(at(1350), milliseconds{350}), own);
    EXPECT_EQ(path.from(at(1351), milliseconds{350}), relay);
    EXPECT_EQ(path.from(at(1451), milliseconds{350}), std::nullopt);
}

TEST(Path, HopsAreThoseOfTheDirectWayWhileItWorks) {
    Path path;
    EXPECT_EQ(path.hops(at(1000), milliseconds{350}), std::nullopt);
    path.heard(at(1000), 2);
    EXPECT_EQ(path.hops(at(1000), milliseconds{350}), 2u);
    EXPECT_FALSE(path.heard_directly(at(1000), milliseconds{350}));
    path.heard(at(1100));
    path.heard(at(1200), 1);
    EXPECT_EQ(path.hops(at(1450), milliseconds{350}), 0u);
    EXPECT_EQ(path.hops(at(1451), milliseconds{350}), 1u);
    EXPECT_EQ(path.hops(at(1551), milliseconds{350}), std::nullopt);
    EXPECT_EQ(path.heard_at(), at(1200)) << "a relayed frame is heard as well";
}

TEST(Path, EchoTellsWhatWasReadLastAndWhen) {
    Path path;
    EXPECT_EQ(path.echo(at(5)), std::nullopt);
    path.heard_heartbeat(100, at(10));  // low bits: 4
    EXPECT_EQ(path.echo(at(50)), (wire::Echo{4, milliseconds{40}}));
    path.heard_heartbeat(101, at(60));
    EXPECT_EQ(path.echo(at(60)), (wire::Echo{5, milliseconds{0}}));
    EXPECT_EQ(path.echo(at(60 + 3000)), std::nullopt) << "too long ago to be told";
}

}  // namespace
}  // namespace cohort::link
