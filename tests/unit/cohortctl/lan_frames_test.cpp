// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/lan_frames.hpp"

#include "ctl/cohortctl/doctor/recipes.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort::ctl {
namespace {

using testing::HasSubstr;

constexpr Mac kSource{0x52, 0x54, 0, 0x12, 0x34, 0x56};

IpAddress ip_address(const char* text) {
    return parse_ip_address(text).value();
}

Bytes bytes(std::string_view hex) {
    Bytes all;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        all.push_back(
            static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16)));
    return all;
}

TEST(OwnerQuestion, ForIpv4IsAnArpProbe) {
    Bytes wanted = bytes(
        "ffffffffffff525400123456"
        "0806"
        "0001080006040001"
        "52540012345600000000"
        "000000000000c0000232");
    wanted.resize(60);
    EXPECT_EQ(owner_question(kSource, ip_address("192.0.2.50")), wanted);
}

TEST(OwnerQuestion, ForIpv6IsTheSolicitationOfDuplicateAddressDetection) {
    // The checksum is by another implementation: scapy 2.5.
    EXPECT_EQ(owner_question(kSource, ip_address("2001:db8::50")),
              bytes("3333ff000050525400123456"
                    "86dd"
                    "6000000000183aff"
                    "00000000000000000000000000000000"
                    "ff0200000000000000000001ff000050"
                    "87004c4f00000000"
                    "20010db8000000000000000000000050"));
}

TEST(ReadClaim, TakesTheSenderOfArp) {
    const auto answer = [](const char* sender) {
        return bytes(
            "525400123456525400000009"
            "0806"
            "0001080006040002"
            "525400000009" +
            std::string(sender) + "52540012345600000000");
    };
    const auto claim = read_claim(answer("c0000232"));
    ASSERT_TRUE(claim);
    EXPECT_EQ(format_address(claim->address), "192.0.2.50");
    EXPECT_EQ(format_mac(claim->mac), "52:54:00:00:00:09");
    EXPECT_FALSE(read_claim(answer("00000000"))) << "another's probe";
}

/// A neighbour advertisement for 2001:db8::50 with these options.
Bytes advertisement(const std::string& options) {
    const std::string length = fmt::format("{:04x}", 24 + options.size() / 2);
    return bytes(
        "333300000001525400000009"
        "86dd"
        "60000000" +
        length + "3aff" +
        "fe800000000000000000000000000009"
        "ff020000000000000000000000000001"
        "8800000020000000"
        "20010db8000000000000000000000050" +
        options);
}

TEST(ReadClaim, TakesTheTargetOfAnAdvertisement) {
    const auto claim = read_claim(advertisement("020103c0c0000232"));
    ASSERT_TRUE(claim);
    EXPECT_EQ(format_address(claim->address), "2001:db8::50");
    EXPECT_EQ(format_mac(claim->mac), "03:c0:c0:00:02:32") << "of its option";
    EXPECT_EQ(format_mac(read_claim(advertisement(""))->mac), "52:54:00:00:00:09")
        << "else of the frame";
}

TEST(ReadClaim, TakesNothingFromWhatLies) {
    EXPECT_FALSE(read_claim(advertisement("0200000000000000"))) << "an option of no length";
    EXPECT_FALSE(read_claim(advertisement("0202000000000000"))) << "one that is too long";
    const Bytes whole = advertisement("020103c0c0000232");
    for (std::size_t size = 0; size + 8 < whole.size(); ++size)
        EXPECT_FALSE(read_claim(std::span(whole).first(size))) << size;
    Bytes far = whole;
    far[21] = 254;  // it passed a router
    EXPECT_FALSE(read_claim(far));
}

TEST(Recipe, SaysTheVipsAndTheMac) {
    netlink::Cluster cluster;
    cluster.vips = {parse_vip("192.0.2.50/24").value(), parse_vip("2001:db8::50/64").value()};
    cluster.mac = parse_mac("03:c0:c0:00:02:32").value();
    cluster.l2 = netlink::L2Mode::multicast;
    const std::string cisco = recipe("cisco", cluster).value();
    EXPECT_THAT(cisco, HasSubstr("mac address-table static 03c0.c000.0232 vlan VLAN interface "));
    EXPECT_THAT(cisco, HasSubstr("\narp 192.0.2.50 03c0.c000.0232 ARPA\n"));
    EXPECT_THAT(cisco, HasSubstr("\nipv6 neighbor 2001:db8::50 INTERFACE 03c0.c000.0232\n"));
    EXPECT_THAT(recipe("linux-bridge", cluster).value(), HasSubstr("mcast_snooping 0"));
    EXPECT_THAT(recipe("linux-router", cluster).value(),
                HasSubstr("ip neigh replace 2001:db8::50 lladdr 03:c0:c0:00:02:32 nud permanent"));
    cluster.l2 = netlink::L2Mode::unicast;
    EXPECT_THAT(recipe("cisco", cluster).value(), HasSubstr("no switchport block unicast"));
    EXPECT_THAT(recipe("linux-bridge", cluster).value(), HasSubstr(" flood on"));
    EXPECT_THAT(recipe("juniper", cluster).error().message, HasSubstr("cisco, linux-bridge"));
}

}  // namespace
}  // namespace cohort::ctl
