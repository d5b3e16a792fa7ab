// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/link.hpp"

#include "ctl/cohortd/link/udp.hpp"
#include "tests/unit/link/loop.hpp"
#include "tests/unit/link/recorder.hpp"
#include "tests/unit/link/sockets.hpp"
#include "tests/unit/link/terminal.hpp"

#include <gmock/gmock.h>

namespace cohort::link {
namespace {

using wire::Drop;

struct Listener : LinkUser {
    std::vector<core::Message> messages;
    int turned = 0;
    void on_message(const Link&, core::Message message) override {
        messages.push_back(std::move(message));
    }
    void on_turned(const Link&) override { ++turned; }
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
    receive(test::heartbeat(2, 1), test::codec(7, 2));
    EXPECT_EQ(dropped(Drop::other_cluster), 1u);
    receive(test::heartbeat(3, 1));
    EXPECT_EQ(dropped(Drop::unknown_sender), 1u);
    receive(test::heartbeat(1, 1));  // the session of node 1 in these tests is 101
    EXPECT_EQ(dropped(Drop::own), 1u);
    core::Heartbeat impostor = test::heartbeat(1, 1);
    impostor.header.session = 55;
    receive(impostor);
    EXPECT_EQ(dropped(Drop::impostor), 1u);
    EXPECT_TRUE(listener_.messages.empty());
    EXPECT_FALSE(link_.path_to(2)->heard_at().has_value()) << "a dropped frame is not heard";
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
    link_.send(test::heartbeat(1, 40));
    peers_end.drain();
    peers_end.send(test::heartbeat(2, 9));
    link_.drain();
    link_.send(test::heartbeat(1, 41));
    peers_end.drain();
    for (const Path* path : {link_.path_to(2), peers_end.path_to(1)}) {
        ASSERT_TRUE(path->round_trip().has_value());
        EXPECT_LT(*path->round_trip(), std::chrono::seconds{5});
    }
}

TEST_F(LinkTest, HeartbeatToOnePeerCarriesThatPeersEntryAlone) {
    test::Recorder far;
    auto port = std::make_shared<UdpPort>(loop_.io(), far,
                                          config::UdpLink{peer_, {own_}, std::nullopt, ""});
    port->start();
    link_.send(test::heartbeat(1, 3, {{2, true, true, 1, 1}, {3, true, true, 2, 2}}));
    port->drain();
    port->stop();
    ASSERT_EQ(far.messages.size(), 1u);
    const auto& heartbeat = std::get<core::Heartbeat>(far.messages[0]);
    ASSERT_EQ(heartbeat.entries.size(), 1u);
    EXPECT_EQ(heartbeat.entries[0].peer, 2);
}

TEST_F(LinkTest, ToManyPeersItCarriesAllEntriesAndNoEcho) {
    const Identity third{3, 103, {1, 2}};
    test::Recorder far;
    const Endpoint own = test::free_endpoint("127.0.0.1");
    Link wide(loop_.io(), {"wide", config::UdpLink{own, {peer_}, std::nullopt, ""}}, third, codec_,
              listener_);
    wide.start();
    auto port =
        std::make_shared<UdpPort>(loop_.io(), far, config::UdpLink{peer_, {own}, std::nullopt, ""});
    port->start();
    wide.send(test::heartbeat(3, 3, {{1, true, true, 1, 1}, {2, true, true, 2, 2}}));
    port->drain();
    port->stop();
    ASSERT_EQ(far.messages.size(), 1u);
    EXPECT_EQ(std::get<core::Heartbeat>(far.messages[0]).entries.size(), 2u);
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
