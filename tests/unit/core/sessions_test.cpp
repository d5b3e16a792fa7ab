// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/sessions.hpp"

#include <gtest/gtest.h>

namespace cohort::core {
namespace {

using std::chrono::milliseconds;
using Standing = PeerSession::Standing;

Header frame(std::uint64_t session, std::uint64_t seq) {
    Header header;
    header.sender = 2;
    header.session = session;
    header.seq = seq;
    return header;
}

TEST(ReplayWindow, AdmitsEachNumberOnceInAnyOrder) {
    ReplayWindow window;
    EXPECT_TRUE(window.admit(1));
    EXPECT_FALSE(window.admit(1));
    EXPECT_TRUE(window.admit(5));
    EXPECT_TRUE(window.admit(3));
    EXPECT_FALSE(window.admit(3));
    EXPECT_FALSE(window.admit(5));
    EXPECT_TRUE(window.admit(4));
}

TEST(ReplayWindow, RefusesWhatFellBehindIt) {
    ReplayWindow window;
    EXPECT_TRUE(window.admit(100));
    EXPECT_TRUE(window.admit(37));
    EXPECT_FALSE(window.admit(36));
    EXPECT_TRUE(window.admit(1'000'000));
    EXPECT_FALSE(window.admit(100));
    EXPECT_TRUE(window.admit(999'937));
    EXPECT_FALSE(window.admit(999'936));
}

TEST(ReplayWindow, ShiftsByExactlyItsWidth) {
    ReplayWindow window;
    EXPECT_TRUE(window.admit(1));
    EXPECT_TRUE(window.admit(64));
    EXPECT_FALSE(window.admit(1));
    EXPECT_TRUE(window.admit(65));
    EXPECT_TRUE(window.admit(2));
    EXPECT_FALSE(window.admit(1));
}

class PeerSessionTest : public ::testing::Test {
protected:
    /// The peer's session proves itself.
    void prove(std::uint64_t session, std::uint64_t seq) {
        const auto nonce = peer_.challenge(now_, random_);
        ASSERT_TRUE(nonce);
        ASSERT_TRUE(peer_.prove(frame(session, seq), *nonce));
    }

    PeerSession peer_;
    Random random_{1};
    Time now_{std::chrono::seconds{5}};
};

TEST_F(PeerSessionTest, IsUnprovenUntilItReturnsTheNonce) {
    EXPECT_EQ(peer_.read(frame(7, 1)), Standing::unproven);
    EXPECT_FALSE(peer_.prove(frame(7, 2), 12345)) << "not the nonce";
    EXPECT_FALSE(peer_.prove(frame(7, 2), 0)) << "no challenge is out";
    prove(7, 3);
    EXPECT_EQ(peer_.read(frame(7, 4)), Standing::proven);
    EXPECT_EQ(peer_.read(frame(7, 4)), Standing::duplicate);
    EXPECT_EQ(peer_.read(frame(7, 3)), Standing::duplicate) << "the proof itself";
    EXPECT_EQ(peer_.read(frame(7, 2)), Standing::proven) << "overtaken, but never seen";
}

TEST_F(PeerSessionTest, ANewSessionReplacesTheOldOneForGood) {
    prove(7, 1);
    EXPECT_EQ(peer_.read(frame(8, 1)), Standing::unproven);
    EXPECT_EQ(peer_.read(frame(7, 2)), Standing::proven) << "the old one still counts";
    now_ += milliseconds{100};
    prove(8, 2);
    EXPECT_EQ(peer_.read(frame(7, 2)), Standing::retired);
    EXPECT_EQ(peer_.read(frame(8, 3)), Standing::proven);
}

TEST_F(PeerSessionTest, TheOldOneThatGoesOnIsTold) {
    prove(7, 1);
    EXPECT_EQ(peer_.read(frame(7, 5)), Standing::proven);
    now_ += milliseconds{100};
    prove(8, 1);
    EXPECT_EQ(peer_.read(frame(7, 5)), Standing::retired) << "a recording";
    EXPECT_EQ(peer_.read(frame(7, 6)), Standing::doubled);
    EXPECT_EQ(peer_.read(frame(7, 6)), Standing::retired);
    now_ += milliseconds{100};
    prove(7, 8);
    EXPECT_EQ(peer_.read(frame(7, 9)), Standing::proven);
    EXPECT_EQ(peer_.read(frame(8, 1)), Standing::retired);
}

TEST_F(PeerSessionTest, AnEarlierStartIsARecordingUntilItHasProvenItself) {
    const std::uint64_t third = make_session(3, 77);
    EXPECT_EQ(peer_.read(frame(third, 1)), Standing::unproven) << "of nothing it is known";
    prove(third, 1);
    for (std::uint32_t random = 0; random < 1000; ++random) {
        EXPECT_EQ(peer_.read(frame(make_session(2, random), 1)), Standing::outdated);
    }
    EXPECT_EQ(peer_.read(frame(make_session(4, 5), 1)), Standing::unproven);
    now_ += milliseconds{100};
    prove(make_session(1, 9), 3);
    EXPECT_EQ(peer_.session(), make_session(1, 9)) << "it has lost count";
    EXPECT_EQ(peer_.read(frame(make_session(1, 9), 4)), Standing::proven);
}

TEST_F(PeerSessionTest, MoreSessionsThanAreKeptTellNothing) {
    for (std::uint64_t session = 1; session <= 64; ++session) {
        EXPECT_EQ(peer_.read(frame(session, 1)), Standing::unproven);
    }
    EXPECT_EQ(peer_.read(frame(65, 1)), Standing::outdated);
    EXPECT_EQ(peer_.read(frame(1, 1)), Standing::duplicate) << "none was forgotten for it";
    prove(65, 2);
    EXPECT_EQ(peer_.read(frame(65, 3)), Standing::proven);
}

TEST_F(PeerSessionTest, ARecordingOfAnOldSessionChangesNothing) {
    prove(7, 1);
    EXPECT_EQ(peer_.read(frame(3, 900)), Standing::unproven);
    now_ += milliseconds{100};
    const auto nonce = peer_.challenge(now_, random_);
    EXPECT_FALSE(peer_.prove(frame(7, 2), *nonce)) << "the living session answers";
    EXPECT_EQ(peer_.session(), 7U);
    EXPECT_EQ(peer_.read(frame(3, 901)), Standing::unproven);
}

TEST_F(PeerSessionTest, ARecordingTellsSomethingOnceHoweverOftenItIsPlayed) {
    prove(7, 1);
    for (std::uint64_t seq = 900; seq < 920; ++seq) {
        EXPECT_EQ(peer_.read(frame(3, seq)), Standing::unproven);
    }
    for (std::uint64_t seq = 900; seq < 920; ++seq) {
        EXPECT_EQ(peer_.read(frame(3, seq)), Standing::duplicate);
    }
}

TEST_F(PeerSessionTest, NoneOfTheSessionsThatWereReplacedComesBack) {
    for (std::uint64_t session = 1; session <= 5; ++session) {
        prove(session, 1);
        now_ += milliseconds{100};
    }
    for (std::uint64_t session = 1; session < 5; ++session) {
        EXPECT_EQ(peer_.read(frame(session, 1)), Standing::retired);
    }
    for (std::uint64_t stranger = 100; stranger < 200; ++stranger) {
        peer_.read(frame(stranger, 1));
    }
    EXPECT_EQ(peer_.read(frame(4, 1)), Standing::retired) << "however many others came";
}

TEST_F(PeerSessionTest, ANonceWorksOnce) {
    const auto nonce = peer_.challenge(now_, random_);
    EXPECT_TRUE(peer_.prove(frame(7, 1), *nonce));
    EXPECT_FALSE(peer_.prove(frame(9, 1), *nonce)) << "the recorded answer";
    EXPECT_EQ(peer_.session(), 7U);
}

TEST_F(PeerSessionTest, ChallengesAtMostTenTimesASecondWithOneNonce) {
    const auto first = peer_.challenge(now_, random_);
    EXPECT_FALSE(peer_.challenge(now_ + milliseconds{99}, random_));
    EXPECT_EQ(peer_.challenge(now_ + milliseconds{100}, random_), first);
}

TEST_F(PeerSessionTest, EchoesEachNonceOnceAndRarely) {
    EXPECT_TRUE(peer_.may_echo(11, now_));
    EXPECT_FALSE(peer_.may_echo(11, now_)) << "its copy on another link";
    EXPECT_TRUE(peer_.may_echo(12, now_)) << "one more may follow";
    EXPECT_FALSE(peer_.may_echo(13, now_));
    int echoes = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        now_ += milliseconds{1};
        echoes += peer_.may_echo(100 + i, now_) ? 1 : 0;
    }
    EXPECT_LE(echoes, 10);
    EXPECT_GE(echoes, 5);
}

}  // namespace
}  // namespace cohort::core
