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
            terminal_.read(), [&](auto frame) { far_.on_packet(frame); },
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

}  // namespace
}  // namespace cohort::link
