// SPDX-License-Identifier: GPL-2.0-or-later
//
// Keys and settings, as nodes tell them to each other; and that a recording of
// a whole session has no effect.
#include "tests/unit/core/bench.hpp"

namespace cohort::core {
namespace {

using bench::Bench;
using bench::kDigest;
using bench::make_plan;
using std::chrono::milliseconds;
using std::chrono::seconds;

const KeyUse kOld{1, true, 0x11};
const KeyUse kOldAccepted{1, false, 0x11};
const KeyUse kNew{2, false, 0x22};

const HeartbeatEntry& entry_for_beta(const Bench& b) {
    return b.last_heartbeat().entries.front();
}

PeerView beta(const Bench& b) {
    return b.machine.view(b.now).nodes[1];
}

class KeysOfPeers : public ::testing::Test {
protected:
    void start() {
        b.config.keys = {kOld, kNew};
        b.start();
        b.prove(2);
        b.peer(2).keys_seen = Keys::kNoneSeen;
        b.forget();
    }
    void tell(std::vector<KeyUse> keys, std::uint8_t tag = Keys::kFirstTag) {
        b.say(2, Keys{b.header(2), 1, tag, std::move(keys)});
        b.pass(b.timers.heartbeat);
    }

    Bench b;
};

TEST_F(KeysOfPeers, AreToldToWhoAsksUntilItNamesThem) {
    start();
    b.chatter(milliseconds{300});
    const auto told = b.sent<Keys>();
    ASSERT_GE(told.size(), 2U) << "a lost frame is made up for";
    EXPECT_LE(told.size(), 4U) << "one a heartbeat";
    EXPECT_EQ(told.back().to, 2);
    EXPECT_EQ(told.back().keys, (std::vector<KeyUse>{kOld, kNew}));
    b.peer(2).keys_seen = told.back().tag;
    b.forget();
    b.chatter(milliseconds{500});
    EXPECT_TRUE(b.sent<Keys>().empty()) << "the peer has them";
}

TEST_F(KeysOfPeers, AreNotToldToAVersionThatDoesNotAsk) {
    start();
    b.peer(2).keys_seen = 0;
    b.chatter(milliseconds{500});
    EXPECT_TRUE(b.sent<Keys>().empty());
    EXPECT_TRUE(b.sent<SettingsRequest>().empty());
}

TEST_F(KeysOfPeers, AreToldAnewWhenTheyChange) {
    start();
    b.chatter(milliseconds{200});
    const std::uint8_t first = b.sent<Keys>().back().tag;
    b.peer(2).keys_seen = first;
    b.step(KeysChanged{{kOld, kNew}});
    b.forget();
    b.chatter(milliseconds{300});
    EXPECT_TRUE(b.sent<Keys>().empty()) << "nothing changed";
    b.step(KeysChanged{{kOld}});
    b.chatter(milliseconds{300});
    ASSERT_FALSE(b.sent<Keys>().empty());
    EXPECT_NE(b.sent<Keys>().back().tag, first);
    EXPECT_EQ(b.sent<Keys>().back().keys, std::vector<KeyUse>{kOld});
}

TEST_F(KeysOfPeers, AreAcknowledgedAndShown) {
    start();
    b.pass(b.timers.heartbeat);
    EXPECT_EQ(entry_for_beta(b).keys_seen, Keys::kNoneSeen);
    EXPECT_FALSE(entry_for_beta(b).keys_ok);
    EXPECT_TRUE(beta(b).keys.empty());
    tell({kOld, kNew}, 9);
    EXPECT_EQ(entry_for_beta(b).keys_seen, 9);
    EXPECT_TRUE(entry_for_beta(b).keys_ok);
    EXPECT_EQ(beta(b).keys, (std::vector<KeyUse>{kOld, kNew}));
    tell({kOldAccepted, {3, true, 0x33}}, 10);
    EXPECT_FALSE(entry_for_beta(b).keys_ok) << "key 3 is not accepted here";
    tell({kOldAccepted, {2, true, 0x99}}, 11);
    EXPECT_FALSE(entry_for_beta(b).keys_ok) << "key 2 is another one here";
}

TEST_F(KeysOfPeers, KeysOkIsBelievedOfTheKeysThatWeHaveNowAlone) {
    start();
    b.chatter(milliseconds{200});
    tell({kOld, kNew});
    b.peer(2).keys_seen = b.sent<Keys>().back().tag;
    b.peer(2).keys_ok = true;
    b.beat(2);
    EXPECT_TRUE(beta(b).accepts_our_keys);
    b.step(KeysChanged{{kOld}});
    b.beat(2);
    EXPECT_FALSE(beta(b).accepts_our_keys) << "it has not read of them";
}

TEST_F(KeysOfPeers, AreForgottenWithTheSession) {
    start();
    tell({kOld, kNew}, 9);
    b.peer(2).session += 0x100;
    b.prove(2);
    EXPECT_TRUE(beta(b).keys.empty());
    b.pass(b.timers.heartbeat);
    EXPECT_EQ(entry_for_beta(b).keys_seen, Keys::kNoneSeen);
}

TEST_F(KeysOfPeers, OvertakenOnesDoNotCount) {
    start();
    const Keys older{b.header(2), 1, 9, {kOld}};
    tell({kOld, kNew}, 10);
    b.say(2, older);
    EXPECT_EQ(beta(b).keys.size(), 2U);
}

TEST_F(KeysOfPeers, AreHeardOfAPeerWithAnotherConfigurationToo) {
    start();
    b.peer(2).config_digest ^= 1;
    tell({kOld, kNew}, 9);
    EXPECT_EQ(beta(b).keys.size(), 2U);
    EXPECT_TRUE(beta(b).live);
    b.pass(seconds{1});
    EXPECT_FALSE(beta(b).live) << "nothing was heard of it for T_detect";
}

/// Beta runs with another configuration; both have a table of three settings.
class Disagreement : public ::testing::Test {
protected:
    void start() {
        b.config.keys = {kOld};
        b.config.settings = {{"[timing] lease", "1s"},
                             {"[[address]] web: vip", std::string(200, '7')},
                             {"[[address]] web: seed", "0"}};
        b.start();
        b.peer(2).config_digest = kDigest ^ 1;
        b.peer(2).keys_seen = Keys::kNoneSeen;
        b.prove(2);
        b.forget();
    }
    /// Beta beats, and answers what it is asked.
    void converse(const std::vector<Setting>& settings, Duration length) {
        const auto bytes = encode_settings(settings);
        const auto count = (bytes.size() + kSettingsFragmentBytes - 1) / kSettingsFragmentBytes;
        for (const Time end = b.now + length; b.now < end; b.pass(b.timers.heartbeat)) {
            b.beat(2);
            for (const SettingsRequest& request : b.sent<SettingsRequest>()) {
                const auto first = bytes.begin() + request.index * 128;
                const auto last = request.index + 1U == count ? bytes.end() : first + 128;
                b.say(2, SettingsFragment{b.header(2),
                                          1,
                                          request.index,
                                          static_cast<std::uint16_t>(count),
                                          {first, last}});
            }
        }
    }

    Bench b;
};

TEST_F(Disagreement, IsNamedSettingBySettingOnce) {
    start();
    auto theirs = b.config.settings;
    theirs[0].value = "2s";
    theirs[2].value = "5";
    converse(theirs, seconds{2});
    EXPECT_TRUE(
        b.noted("node 2 differs in [timing] lease (2s there, 1s here), [[address]] web: "
                "seed (5 there, 0 here)"));
    EXPECT_EQ(beta(b).differences.size(), 2U);
    EXPECT_EQ(beta(b).state, NodeState::disagrees);
    EXPECT_EQ(b.kernel(), "----") << "neither serves";
    const auto asked = b.sent<SettingsRequest>().size();
    b.forget();
    converse(theirs, seconds{2});
    EXPECT_TRUE(b.sent<SettingsRequest>().empty()) << "all is known";
    EXPECT_FALSE(b.noted("differs"));
    EXPECT_EQ(asked, 3U) << "a piece each";
}

TEST_F(Disagreement, IsForgottenOnceTheyAgree) {
    start();
    converse({{"[timing] lease", "2s"}}, seconds{1});
    EXPECT_FALSE(beta(b).differences.empty());
    b.peer(2).config_digest = kDigest;
    b.beat(2);
    EXPECT_TRUE(beta(b).differences.empty());
    EXPECT_EQ(beta(b).state, NodeState::alive);
}

TEST_F(Disagreement, OfVersionsIsNamedAsThat) {
    start();
    converse(b.config.settings, seconds{1});
    EXPECT_TRUE(b.noted("run the same version of cohort"));
}

TEST_F(Disagreement, IsExplainedToThePeerAPieceAtATime) {
    start();
    std::vector<std::byte> told;
    for (std::uint16_t index = 0; index < 3; ++index) {
        b.pass(b.timers.heartbeat);
        b.forget();
        for (int copy = 0; copy < 5; ++copy) {
            b.say(2, SettingsRequest{b.header(2), 1, index});
        }
        const auto pieces = b.sent<SettingsFragment>();
        ASSERT_EQ(pieces.size(), 1U);
        EXPECT_EQ(pieces[0].index, index);
        EXPECT_EQ(pieces[0].count, 3);
        told.insert(told.end(), pieces[0].bytes.begin(), pieces[0].bytes.end());
    }
    EXPECT_EQ(decode_settings(told), b.config.settings);
    b.pass(b.timers.heartbeat);
    b.forget();
    b.say(2, SettingsRequest{b.header(2), 1, 3});
    b.say(2, SettingsRequest{b.header(2), 2, 0});
    EXPECT_TRUE(b.sent<SettingsFragment>().empty()) << "no such piece; not our piece";
}

/// All that beta said in its session, from the proof on.
class ReplayedSession : public ::testing::Test {
protected:
    void record() {
        b.config.keys = {kOld};
        b.start();
        b.prove(2);
        b.send_plan(2, make_plan(1, 2, "1122"));
        for (int i = 0; i < 20; ++i) {
            b.follow(2);
            say(b.heartbeat(2));
            b.pass(b.timers.heartbeat);
        }
        say(Keys{b.header(2), 1, Keys::kFirstTag, {kOld}});
        b.peer(2).flags.leaving = true;
        say(b.heartbeat(2));
        b.peer(2).flags.leaving = false;
    }
    void say(const Message& message) {
        tape_.push_back(message);
        b.say(2, message);
    }
    void play() {
        for (const Message& message : tape_) {
            b.say(2, message);
            b.pass(milliseconds{5});
        }
    }

    Bench b;
    std::vector<Message> tape_;
};

TEST_F(ReplayedSession, AfterTheOwnRestartIsNoSignOfLife) {
    record();
    const Plan accepted = b.machine.plan();
    b.pass(seconds{5});
    b.start(accepted);
    b.forget();
    play();
    b.pass(b.timers.heartbeat);
    EXPECT_EQ(beta(b).state, NodeState::unknown);
    EXPECT_TRUE(beta(b).keys.empty());
    EXPECT_EQ(entry_for_beta(b).seq, 0U) << "nothing was acked";
    EXPECT_EQ(b.accepted(), accepted.id);
    EXPECT_EQ(b.kernel(), "----") << "and nothing served";
}

TEST_F(ReplayedSession, AfterThePeersRestartChangesNothingOfTheNewSession) {
    record();
    b.peer(2).session += 0x100;
    b.peer(2).seq = 0;
    b.prove(2);
    b.follow(2);
    const auto before = beta(b);
    const auto acked = entry_for_beta(b);
    play();
    EXPECT_EQ(beta(b).state, NodeState::alive) << "not leaving, as on the tape";
    EXPECT_EQ(beta(b).heard_at, before.heard_at);
    EXPECT_TRUE(beta(b).keys.empty());
    EXPECT_EQ(entry_for_beta(b).session_tag, acked.session_tag);
    ASSERT_GT(header_of(tape_.back()).seq, b.peer(2).seq);
    EXPECT_LE(entry_for_beta(b).seq, b.peer(2).seq) << "of the new session, not of the tape";
}

TEST_F(ReplayedSession, WithinTheSessionIsNoSignOfLifeEither) {
    record();
    b.pass(seconds{2});
    ASSERT_NE(beta(b).state, NodeState::alive);
    const auto before = beta(b);
    play();
    EXPECT_EQ(beta(b).heard_at, before.heard_at);
    EXPECT_EQ(beta(b).state, before.state);
}

}  // namespace
}  // namespace cohort::core
