// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/frame.hpp"

#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

namespace cohort::testbed {
namespace {

using Frame = std::vector<std::uint8_t>;

/// An Ethernet header, an IPv4 header of `words` words, and UDP ports 7 and 9.
Frame udp_frame(std::uint8_t words = 5) {
    Frame frame(14 + words * 4u + 8);
    frame[12] = 0x08;
    frame[14] = static_cast<std::uint8_t>(0x40 | words);
    frame[14 + 9] = 17;
    frame[14 + words * 4u + 1] = 7;
    frame[14 + words * 4u + 3] = 9;
    return frame;
}

TEST(Frame, UdpPortsAreFound) {
    for (const std::uint8_t words : std::initializer_list<std::uint8_t>{5, 6, 15}) {
        const auto ports = udp_ports_of(udp_frame(words));
        ASSERT_TRUE(ports);
        EXPECT_EQ(ports->source, 7);
        EXPECT_EQ(ports->destination, 9);
    }
}

TEST(Frame, UdpPortsOfIpv6AreFound) {
    Frame frame(14 + 40 + 8);
    frame[12] = 0x86;
    frame[13] = 0xdd;
    frame[14 + 6] = 17;
    frame[14 + 40] = 1;
    const auto ports = udp_ports_of(frame);
    ASSERT_TRUE(ports);
    EXPECT_EQ(ports->source, 256);
}

TEST(Frame, OtherFramesHaveNoUdpPorts) {
    Frame tcp = udp_frame();
    tcp[14 + 9] = 6;
    Frame arp = udp_frame();
    arp[13] = 6;
    Frame later_fragment = udp_frame();
    later_fragment[14 + 7] = 1;
    for (const Frame& frame : {tcp, arp, later_fragment})
        EXPECT_FALSE(udp_ports_of(frame));
}

TEST(Frame, NothingIsReadPastTheEnd) {
    const Frame whole = udp_frame(15);
    for (std::size_t size = 0; size < whole.size() - 4; ++size)
        EXPECT_FALSE(udp_ports_of(std::span(whole).first(size)));
    EXPECT_FALSE(addresses_of(std::span(whole).first(13)));
    EXPECT_TRUE(addresses_of(std::span(whole).first(14)));
}

}  // namespace
}  // namespace cohort::testbed
