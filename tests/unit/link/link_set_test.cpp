// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/link_set.hpp"

#include "tests/unit/link/loop.hpp"
#include "tests/unit/link/recorder.hpp"
#include "tests/unit/link/sockets.hpp"
#include "tests/unit/link/terminal.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace cohort::link {
namespace {

struct User : LinkUser {
    std::vector<core::Message> messages;
    void on_message(const Link&, core::Message message) override {
        messages.push_back(std::move(message));
    }
    void on_turned(const Link&) override {}
    void on_stranger(const Link&, const Stranger&) override {}
};

/// Node 1 with a LAN and a serial line to node 2, whose LAN end is real.
class LinkSetTest : public testing::Test {
protected:
    void SetUp() override {
        terminal_.plug_in();
        mine_.configure({lan_, line_});
        peer_.configure({peers_lan_});
    }

    /// What the far end of the line has read.
    std::size_t on_line(std::size_t type_index) {
        decoder_.feed(
            terminal_.read(), [&](auto frame) { far_.on_packet(frame, std::nullopt); },
            [&](wire::Drop why) { far_.on_drop(why); });
        return static_cast<std::size_t>(std::ranges::count_if(
            far_.messages, [&](const auto& message) { return message.index() == type_index; }));
    }
    static constexpr std::size_t kHeartbeat = 0;
    static constexpr std::size_t kFragment = 1;

    void talk_on_lan() {
        for (std::uint64_t seq = 1; seq <= 2; ++seq) {
            mine_.send({core::kNobody, test::heartbeat(1, seq, {{2}})});
            peer_.drain();
            peer_.send({core::kNobody, test::heartbeat(2, seq, {{1}})});
            mine_.drain();
        }
    }

    test::Loop loop_;
    test::Terminal terminal_;
    test::Recorder far_;
    wire::CobsDecoder decoder_;
    Endpoint a_ = test::free_endpoint("127.0.0.1");
    Endpoint b_ = test::free_endpoint("127.0.0.1");
    config::Link lan_{"lan", config::UdpLink{a_, {b_}, std::nullopt, ""}};
    config::Link peers_lan_{"lan", config::UdpLink{b_, {a_}, std::nullopt, ""}};
    config::Link line_{"line", config::SerialLink{terminal_.device(), 921600}};
    User user_;
    User peers_user_;
    LinkSet mine_{loop_.io(), Identity{1, 101, {2}}, test::codec(), std::chrono::minutes{1}, user_};
    LinkSet peer_{loop_.io(), Identity{2, 102, {1}}, test::codec(), std::chrono::minutes{1},
                  peers_user_};
};

TEST_F(LinkSetTest, HeartbeatsGoOnEveryLink) {
    mine_.send({core::kNobody, test::heartbeat(1, 1)});
    peer_.drain();
    EXPECT_EQ(peers_user_.messages.size(), 1u);
    EXPECT_TRUE(loop_.until([&] { return on_line(kHeartbeat) == 1; }));
}

TEST_F(LinkSetTest, LongPlansSpareTheLineWhileAFasterLinkWorksBothWays) {
    talk_on_lan();
    mine_.send({2, test::fragment(1, 0)});
    mine_.send({2, test::heartbeat(1, 9)});
    ASSERT_TRUE(loop_.until([&] { return on_line(kHeartbeat) > 0 && far_.seqs().back() == 9; }));
    EXPECT_EQ(on_line(kFragment), 0u);
    peer_.drain();
    EXPECT_TRUE(std::ranges::any_of(peers_user_.messages, [](const auto& message) {
        return std::holds_alternative<core::PlanFragment>(message);
    }));
}

TEST_F(LinkSetTest, APlanOfOneFragmentGoesOnEveryLink) {
    talk_on_lan();
    core::PlanFragment whole = test::fragment(1, 0);
    whole.count = 1;
    mine_.send({2, whole});
    EXPECT_TRUE(loop_.until([&] { return on_line(kFragment) == 1; }));
}

TEST_F(LinkSetTest, PlansUseTheLineWhileTheLanIsNotKnownToWork) {
    mine_.send({2, test::fragment(1, 0)});
    EXPECT_TRUE(loop_.until([&] { return on_line(kFragment) == 1; }));
}

TEST_F(LinkSetTest, ALanThatOnlyBringsFramesDoesNotSpareTheLine) {
    // Node 2 is heard, but has not read a frame of ours.
    peer_.send({core::kNobody, test::heartbeat(2, 1)});
    mine_.drain();
    ASSERT_EQ(user_.messages.size(), 1u);
    mine_.send({2, test::fragment(1, 0)});
    EXPECT_TRUE(loop_.until([&] { return on_line(kFragment) == 1; }));
}

TEST_F(LinkSetTest, NothingIsSentToWhomNoLinkLeads) {
    mine_.send({7, test::heartbeat(1, 1)});
    peer_.drain();
    EXPECT_TRUE(peers_user_.messages.empty());
}

TEST_F(LinkSetTest, ReconfiguringKeepsWhatIsAsItWas) {
    const Link* lan = mine_.links()[0].get();
    config::Link slower = line_;
    std::get<config::SerialLink>(slower.way).baud = 9600;
    mine_.configure({slower, lan_});
    ASSERT_EQ(mine_.links().size(), 2u);
    EXPECT_EQ(mine_.links()[1].get(), lan);
    EXPECT_TRUE(mine_.links()[1]->is_open());
    EXPECT_EQ(mine_.number_of(*lan), 1);
    EXPECT_EQ(mine_.links()[0]->config(), slower);
    EXPECT_TRUE(mine_.links()[0]->is_open()) << "the device was not free for its new link";
}

/// Two nodes with two LANs, and what becomes of node 1's.
class LostPeerTest : public testing::Test {
protected:
    static config::Link lan(const char* name, const Endpoint& own, std::vector<Endpoint> peers) {
        return {name, config::UdpLink{own, std::move(peers), std::nullopt, ""}};
    }
    config::Link first(std::vector<Endpoint> peers) const { return lan("first", a1_, peers); }
    config::Link second(std::vector<Endpoint> peers) const { return lan("second", a2_, peers); }

    void SetUp() override {
        mine_.configure({first({b1_}), second({b2_})});
        peer_.configure({lan("first", b1_, {a1_}), lan("second", b2_, {a2_})});
    }

    void talk() {
        for (int round = 0; round < 2; ++round) {
            mine_.send({core::kNobody, test::heartbeat(1, ++seq_, {{2}})});
            peer_.drain();
            peer_.send({core::kNobody, test::heartbeat(2, seq_, {{1}})});
            mine_.drain();
        }
    }
    bool loses(const std::vector<config::Link>& wanted) const { return mine_.loses(2, wanted); }

    test::Loop loop_;
    Endpoint a1_ = test::free_endpoint("127.0.0.1");
    Endpoint a2_ = test::free_endpoint("127.0.0.2");
    Endpoint b1_ = test::free_endpoint("127.0.0.3");
    Endpoint b2_ = test::free_endpoint("127.0.0.4");
    Endpoint other_ = test::free_endpoint("127.0.0.5");
    std::uint64_t seq_ = 0;
    User user_;
    User peers_user_;
    LinkSet mine_{loop_.io(), Identity{1, 101, {2, 3}}, test::codec(), std::chrono::minutes{1},
                  user_};
    LinkSet peer_{loop_.io(), Identity{2, 102, {1, 3}}, test::codec(), std::chrono::minutes{1},
                  peers_user_};
};

TEST_F(LostPeerTest, APeerThatIsNotHeardIsNotLost) {
    EXPECT_FALSE(loses({first({other_})}));
    talk();
    EXPECT_FALSE(mine_.loses(3, {first({other_})}));
}

TEST_F(LostPeerTest, OneLinkThatStaysIsEnough) {
    talk();
    EXPECT_FALSE(loses({first({b1_}), second({other_})}));
    EXPECT_FALSE(loses({second({b2_})}));
    EXPECT_TRUE(loses({first({other_}), second({other_})}));
    EXPECT_TRUE(loses({lan("first", other_, {b1_})})) << "the peer sends to where nobody reads";
}

TEST_F(LostPeerTest, OtherPeersAddressesComeAndGo) {
    talk();
    EXPECT_FALSE(loses({first({b1_, other_}), second({other_, b2_})}));
    mine_.configure({first({b1_, other_}), second({other_, b2_})});
    talk();
    EXPECT_FALSE(loses({first({b1_}), second({b2_})}));
    EXPECT_TRUE(loses({first({other_}), second({other_})}));
}

TEST_F(LostPeerTest, AnotherNameIsTheSameLink) {
    talk();
    EXPECT_FALSE(loses({lan("renamed", a1_, {b1_})}));
}

TEST_F(LostPeerTest, ALinkThatWorksInOneDirectionHoldsNobody) {
    talk();
    mine_.configure({first({other_}), second({b2_})});
    talk();
    ASSERT_TRUE(mine_.links()[0]->path_to(2)->heard_at()) << "node 2 is still heard there";
    EXPECT_TRUE(loses({first({other_}), second({other_})}));
    EXPECT_TRUE(loses({first({b1_}), second({other_})})) << "that it will be mended is not enough";
    EXPECT_FALSE(loses({first({b1_}), second({b2_})}));
}

TEST_F(LostPeerTest, WhereNoneWorksBothWaysThoseThatAreHeardCount) {
    peer_.send({core::kNobody, test::heartbeat(2, 1)});
    mine_.drain();
    EXPECT_FALSE(loses({first({b1_}), second({other_})}));
    EXPECT_TRUE(loses({first({other_}), second({other_})}));
}

TEST_F(LostPeerTest, BehindATranslationOfAddressesAllOfThemMustStay) {
    mine_.configure({first({b1_, other_})});
    test::send_to(a1_, test::codec().seal(test::heartbeat(2, 1), std::nullopt).view());
    mine_.drain();
    ASSERT_EQ(user_.messages.size(), 1u);
    EXPECT_FALSE(loses({first({b1_, other_})}));
    EXPECT_TRUE(loses({first({b1_})}));
}

TEST_F(LinkSetTest, ALineOfAnotherSpeedIsAnother) {
    terminal_.write_frame(test::codec().seal(test::heartbeat(2, 1), std::nullopt).view());
    ASSERT_TRUE(loop_.until([&] { return !user_.messages.empty(); }));
    EXPECT_FALSE(mine_.loses(2, {line_}));
    config::Link slower = line_;
    std::get<config::SerialLink>(slower.way).baud = 9600;
    EXPECT_TRUE(mine_.loses(2, {lan_, slower}));
}

}  // namespace
}  // namespace cohort::link
