// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/udp.hpp"

#include "tests/unit/link/loop.hpp"
#include "tests/unit/link/recorder.hpp"
#include "tests/unit/link/sockets.hpp"

#include <gmock/gmock.h>

namespace cohort::link {
namespace {

using testing::HasSubstr;

class UdpTest : public testing::TestWithParam<const char*> {
protected:
    std::shared_ptr<UdpPort> open(test::Recorder& user, const Endpoint& own, const Endpoint& peer,
                                  const std::string& dev = "") {
        auto port = std::make_shared<UdpPort>(loop_.io(), user,
                                              config::UdpLink{own, {peer}, std::nullopt, dev});
        port->start();
        return port;
    }

    test::Loop loop_;
    test::Recorder a_user_;
    test::Recorder b_user_;
    Endpoint a_ = test::free_endpoint(GetParam());
    Endpoint b_ = test::free_endpoint(GetParam());
};

TEST_P(UdpTest, FramesPassBothWays) {
    const auto a = open(a_user_, a_, b_);
    const auto b = open(b_user_, b_, a_);
    a->send({test::heartbeat(1, 5)});
    b->send({test::heartbeat(2, 6)});
    ASSERT_TRUE(
        loop_.until([&] { return !a_user_.messages.empty() && !b_user_.messages.empty(); }));
    EXPECT_EQ(b_user_.messages[0], core::Message{test::heartbeat(1, 5)});
    EXPECT_EQ(a_user_.messages[0], core::Message{test::heartbeat(2, 6)});
    EXPECT_EQ(b_user_.from[0], a_);
    EXPECT_EQ(a_user_.from[0], b_);
}

TEST_P(UdpTest, DrainReadsAllThatCame) {
    const auto a = open(a_user_, a_, b_);
    const auto b = open(b_user_, b_, a_);
    for (std::uint64_t seq = 1; seq <= 100; ++seq)
        a->send({test::heartbeat(1, seq)});
    b->drain();
    EXPECT_EQ(b_user_.messages.size(), 100u);
}

TEST_P(UdpTest, OversizedAndForeignDatagramsAreDropped) {
    const auto b = open(b_user_, b_, a_);
    auto send = [&](std::size_t size) { test::send_to(b_, std::vector<std::byte>(size)); };
    send(wire::kMaxFrame + 1);
    send(0);
    send(100);
    ASSERT_TRUE(loop_.until([&] { return b_user_.drops.size() == 3; }));
    EXPECT_THAT(b_user_.drops, testing::ElementsAre(wire::Drop::too_long, wire::Drop::too_short,
                                                    wire::Drop::not_cohort));
}

TEST_P(UdpTest, APeerThatDoesNotRunIsNoTrouble) {
    const auto a = open(a_user_, a_, b_);
    for (int i = 0; i < 10; ++i) {
        a->send({test::heartbeat(1, 1)});
        a->drain();
    }
    EXPECT_TRUE(a->is_open());
    EXPECT_EQ(a_user_.lost, 0);
    EXPECT_TRUE(a_user_.troubles.empty());
}

TEST_P(UdpTest, ATakenPortIsNamedAndOpenedOnceItIsFree) {
    auto first = open(a_user_, a_, b_);
    const auto second = open(b_user_, a_, b_);
    EXPECT_FALSE(second->is_open());
    ASSERT_FALSE(b_user_.troubles.empty());
    EXPECT_THAT(b_user_.troubles[0], HasSubstr("cannot bind to " + config::format_endpoint(a_)));
    first->stop();
    ASSERT_TRUE(loop_.until([&] { return second->is_open(); }));
}

TEST_P(UdpTest, ADeviceThatDoesNotExistIsNamed) {
    const auto port = open(a_user_, a_, b_, "nosuchdev0");
    EXPECT_FALSE(port->is_open());
    ASSERT_FALSE(a_user_.troubles.empty());
    EXPECT_THAT(a_user_.troubles[0], HasSubstr("nosuchdev0"));
}

TEST_P(UdpTest, BoundToADeviceItWorks) {
    const auto a = open(a_user_, a_, b_, "lo");
    const auto b = open(b_user_, b_, a_, "lo");
    a->send({test::heartbeat(1, 5)});
    ASSERT_TRUE(loop_.until([&] { return b_user_.messages.size() == 1; }));
}

INSTANTIATE_TEST_SUITE_P(Families, UdpTest, testing::Values("127.0.0.1", "::1"),
                         [](const auto& family) {
                             return std::string(family.param) == "::1" ? "IPv6" : "IPv4";
                         });

}  // namespace
}  // namespace cohort::link
