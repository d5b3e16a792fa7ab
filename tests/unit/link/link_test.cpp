// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/link.hpp"

#include "ctl/cohortd/link/udp.hpp"
#include "ctl/cohortd/shell/clock.hpp"
#include "ctl/cohortd/wire/packet.hpp"
#include "tests/unit/link/loop.hpp"
#include "tests/unit/link/recorder.hpp"
#include "tests/unit/link/sockets.hpp"
#include "tests/unit/link/terminal.hpp"

#include <gmock/gmock.h>

namespace cohort::link {
namespace {

using wire::Drop;

struct Listener : LinkOwner {
    std::vector<core::Message> messages;
    std::vector<unsigned> hops;  ///< of each message
    int turned = 0;
    void on_arrival(Link&, Arrival arrival) override {
        messages.push_back(std::move(arrival.message));
        hops.push_back(arrival.hops);
    }
    void on_turned(const Link&) override { ++turned; }
    int strangers = 0;
    void on_stranger(const Link&, const Stranger&) override { ++strangers; }
};

/// Node 1's link to node 2, and what comes from outside.
class LinkTest : public testing::Test {
protected:
    void SetUp() override {
        link_.start();
        ASSERT_TRUE(link_.is_open());
    }

    void receive(const core::Message& message, const wire::Codec& codec = test::codec()) {
        test::send_to(own_, codec.seal(message, std::nullopt).view());
        link_.drain();
    }
    std::uint64_t dropped(Drop reason) const { return link_.counts().dropped[reason]; }

    test::Loop loop_;
    Listener listener_;
    Identity identity_{1, 101, {2}};
    wire::Codec codec_ = test::codec();
    Endpoint own_ = test::free_endpoint("127.0.0.1");
    Endpoint peer_ = test::free_endpoint("127.0.0.1");
    Link link_{loop_.io(),
               {"lan", config::UdpLink{own_, {peer_}, std::nullopt, ""}},
               identity_,
               codec_,
               listener_};
};

TEST_F(LinkTest, HandsOnWhatAPeerSays) {
    receive(test::heartbeat(2, 1));
    ASSERT_EQ(listener_.messages.size(), 1u);
    EXPECT_EQ(listener_.messages[0], core::Message{test::heartbeat(2, 1)});
    EXPECT_EQ(link_.counts().frames_read, 1u);
    EXPECT_EQ(link_.counts().dropped.total(), 0u);
    EXPECT_TRUE(link_.path_to(2)->heard_at().has_value());
}

TEST_F(LinkTest, EachReasonToDropIsCounted) {
    receive(test::heartbeat(2, 1), test::codec(8));
    EXPECT_EQ(dropped(Drop::bad_mac), 1u);
    EXPECT_EQ(listener_.strangers, 1);
    receive(test::heartbeat(2, 1), test::codec(7, 2));
    EXPECT_EQ(dropped(Drop::other_cluster), 1u);
    EXPECT_EQ(listener_.strangers, 2) << "only a peer sends here: its file names another cluster";
    receive(test::heartbeat(3, 1));
    EXPECT_EQ(dropped(Drop::unknown_sender), 1u);
    EXPECT_EQ(listener_.strangers, 3);
    receive(test::heartbeat(1, 1));  // the session of node 1 in these tests is 101
    EXPECT_EQ(dropped(Drop::own), 1u);
    core::Heartbeat impostor = test::heartbeat(1, 1);
    impostor.header.session = 55;
    receive(impostor);
    EXPECT_EQ(dropped(Drop::impostor), 1u);
    EXPECT_EQ(listener_.strangers, 4) << "its own frame is no stranger's";
    EXPECT_TRUE(listener_.messages.empty());
    EXPECT_FALSE(link_.path_to(2)->heard_at().has_value()) << "a dropped frame is not heard";
}

TEST_F(LinkTest, WhoIsFirstHeardLateByAnEarlierStartIsARecording) {
    identity_.session = core::make_session(3, 101);
    identity_.copied_until = shell::boot_now() + std::chrono::minutes{1};
    const auto hear = [this](std::uint32_t start, std::uint64_t seq) {
        core::Heartbeat said = test::heartbeat(1, seq);
        said.header.session = core::make_session(start, 7);
        receive(said);
        return listener_.strangers;
    };
    EXPECT_EQ(hear(2, 1), 1) << "the host of which this one is a copy may be there";
    identity_.copied_until = shell::boot_now() - std::chrono::seconds{1};
    EXPECT_EQ(hear(2, 2), 2) << "and goes on";
    EXPECT_EQ(hear(1, 1), 2);
    EXPECT_EQ(dropped(Drop::own), 1u);
    EXPECT_EQ(hear(4, 1), 3) << "a copy of this one";
}

TEST_F(LinkTest, LeadsToItsPeersOnly) {
    EXPECT_NE(link_.path_to(2), nullptr);
    EXPECT_EQ(link_.path_to(1), nullptr);
    EXPECT_EQ(link_.path_to(3), nullptr);
}

TEST_F(LinkTest, BothEndsLearnTheRoundTrip) {
    Listener peers_listener;
    const Identity peers_identity{2, 102, {1}};
    Link peers_end(loop_.io(), {"lan", config::UdpLink{peer_, {own_}, std::nullopt, ""}},
                   peers_identity, codec_, peers_listener);
    peers_end.start();
    ASSERT_TRUE(peers_end.is_open());
    link_.send(test::heartbeat(1, 40, {{2}}));
    peers_end.drain();
    peers_end.send(test::heartbeat(2, 9, {{1}}));
    link_.drain();
    link_.send(test::heartbeat(1, 41, {{2}}));
    peers_end.drain();
    for (const Path* path : {link_.path_to(2), peers_end.path_to(1)}) {
        ASSERT_TRUE(path->round_trip().has_value());
        EXPECT_LT(*path->round_trip(), std::chrono::seconds{5});
    }
}

/// Node 1 of four on a LAN, where a Recorder reads.
class WideLinkTest : public LinkTest {
protected:
    void SetUp() override {
        wide_.start();
        ASSERT_TRUE(wide_.is_open());
        port_ = std::make_shared<UdpPort>(loop_.io(), far_,
                                          config::UdpLink{peer_, {wide_end_}, std::nullopt, ""});
        port_->start();
    }
    void TearDown() override { port_->stop(); }

    void receive(const core::Message& message, unsigned hops) {
        const wire::Frame frame = codec_.seal(message, std::nullopt);
        test::send_to(wide_end_, (hops == 0 ? frame : wire::wrap(frame.view(), hops)).view());
        wide_.drain();
    }

    test::Recorder far_;
    Identity four_{1, 101, {2, 3, 4}};
    Endpoint wide_end_ = test::free_endpoint("127.0.0.1");
    Link wide_{loop_.io(),
               {"wide", config::UdpLink{wide_end_, {peer_}, std::nullopt, ""}},
               four_,
               codec_,
               listener_};
    std::shared_ptr<UdpPort> port_;
};

TEST_F(WideLinkTest, CarriesTheEntriesOfAllPeers) {
    wide_.send(test::heartbeat(1, 3, {{2, true, true, 1, 1}, {3, true, true, 2, 2}}));
    port_->drain();
    ASSERT_EQ(far_.messages.size(), 1u);
    EXPECT_EQ(std::get<core::Heartbeat>(far_.messages[0]).entries.size(), 2u);
}

TEST_F(WideLinkTest, TellsWhatWasPassedOnFromWhatCameByItself) {
    receive(test::heartbeat(3, 1), 2);
    receive(test::heartbeat(4, 1), 0);
    EXPECT_THAT(listener_.hops, testing::ElementsAre(2, 0));
    const core::Time now = shell::boot_now();
    constexpr std::chrono::minutes kLong{1};
    EXPECT_EQ(wide_.path_to(3)->hops(now, kLong), 2u);
    EXPECT_EQ(wide_.path_to(4)->hops(now, kLong), 0u);
    EXPECT_EQ(wide_.path_to(2)->hops(now, kLong), std::nullopt);
}

TEST_F(WideLinkTest, PassesAFrameOnUnchangedAndOnce) {
    const core::Message message = test::heartbeat(3, 8);
    const wire::Frame frame = codec_.seal(message, std::nullopt);
    for (int copies = 0; copies < 3; ++copies)
        wide_.relay({message, frame.view(), 1});
    port_->drain();
    ASSERT_EQ(far_.messages.size(), 1u) << "its MAC is the origin's, so it was opened";
    EXPECT_EQ(far_.messages[0], message);
    EXPECT_EQ(far_.hops[0], 2u);
    EXPECT_EQ(wide_.counts().frames_relayed, 1u);
    EXPECT_EQ(wide_.counts().frames_sent, 0u);
}

TEST_F(WideLinkTest, DoesNotReturnWhatTheLinkHasCarried) {
    receive(test::heartbeat(3, 8), 1);
    const core::Message message = test::heartbeat(3, 8);
    wide_.relay({message, codec_.seal(message, std::nullopt).view(), 0});
    port_->drain();
    EXPECT_TRUE(far_.messages.empty());
}

TEST_F(WideLinkTest, AnOwnFrameThatARelayReturnsIsNoLoop) {
    receive(test::heartbeat(1, 1), 1);
    EXPECT_EQ(wide_.counts().dropped.total(), 0u);
    receive(test::heartbeat(1, 1), 0);
    EXPECT_EQ(wide_.counts().dropped[Drop::own], 1u);
    EXPECT_TRUE(listener_.messages.empty());
}

TEST_F(WideLinkTest, EchoesComeToThosePeersByTurnsWhoAreHeardThemselves) {
    receive(test::heartbeat(2, 1), 1);
    receive(test::heartbeat(3, 1), 0);
    receive(test::heartbeat(4, 1), 0);
    for (std::uint64_t seq = 1; seq <= 3; ++seq)
        wide_.send(test::heartbeat(1, seq, {{2}, {3}, {4}}));
    port_->drain();
    EXPECT_THAT(far_.echoed, testing::ElementsAre(3, 4, 3));
}

TEST_F(WideLinkTest, AnEchoForAnotherPeerOrThroughARelaySaysNothing) {
    wide_.send(test::heartbeat(1, 7, {{2}, {3}, {4}}));
    const auto answer = [&](core::NodeId to, unsigned hops) {
        const wire::Frame frame = codec_.seal(test::heartbeat(3, 1, {{1}, {2}, {4}}),
                                              wire::Echo{7, std::chrono::milliseconds{0}, to});
        test::send_to(wide_end_, (hops == 0 ? frame : wire::wrap(frame.view(), hops)).view());
        wide_.drain();
        return wide_.path_to(3)->round_trip().has_value();
    };
    EXPECT_FALSE(answer(4, 0));
    EXPECT_FALSE(answer(1, 1));
    EXPECT_TRUE(answer(1, 0));
}

TEST_F(LinkTest, TellsWhenItOpensAndIsLost) {
    test::Terminal terminal;
    terminal.plug_in();
    Listener listener;
    Link serial(loop_.io(), {"line", config::SerialLink{terminal.device(), 115200}}, identity_,
                codec_, listener);
    serial.start();
    EXPECT_EQ(listener.turned, 1);
    EXPECT_TRUE(serial.is_slow());
    terminal.unplug();
    ASSERT_TRUE(loop_.until([&] { return listener.turned == 2; }));
    EXPECT_FALSE(serial.is_open());
}

}  // namespace
}  // namespace cohort::link
