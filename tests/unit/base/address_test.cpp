// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace cohort {
namespace {

using testing::HasSubstr;

TEST(Address, LiesInNetworkOrder) {
    const IpAddress v4 = parse_ip_address("192.0.2.50").value();
    EXPECT_EQ(v4.family, Family::ipv4);
    EXPECT_THAT(v4.span(), testing::ElementsAre(192, 0, 2, 50));
    const IpAddress v6 = parse_ip_address("2001:db8::50").value();
    EXPECT_EQ(v6.family, Family::ipv6);
    EXPECT_EQ(v6.span().size(), 16U);
    EXPECT_EQ(v6.span()[15], 0x50);
}

TEST(Address, RefusesWhatIsNone) {
    for (const char* text :
         {"", "192.0.2", "192.0.2.256", "192.0.2.1.1", "0x1.0.0.1", "::g", "1::2::3",
          "fe80::1%eth0", "[::1]", "host", " 192.0.2.1", "192.0.2.1 "})
        EXPECT_FALSE(parse_ip_address(text)) << text;
    EXPECT_FALSE(parse_ip_address(std::string_view("192.0.2.1\0", 10)));
}

TEST(Vip, KeepsAddressAndLength) {
    const Vip vip = parse_vip("192.0.2.50/24").value();
    EXPECT_EQ(vip.prefix_len, 24);
    EXPECT_EQ(format_vip(vip), "192.0.2.50/24");
    EXPECT_EQ(format_vip(parse_vip("2001:DB8:0::50/64").value()), "2001:db8::50/64");
}

TEST(Vip, NeedsALengthOfItsFamily) {
    EXPECT_THAT(parse_vip("192.0.2.50").error().message, HasSubstr("'192.0.2.50' is not ADDR/LEN"));
    for (const char* text : {"192.0.2.50/0", "192.0.2.50/33", "::1/0", "::1/129", "192.0.2.50/",
                             "192.0.2.50/-1", "192.0.2.50/24/24", "192.0.2.50/ 24"})
        EXPECT_THAT(parse_vip(text).error().message, HasSubstr("prefix length")) << text;
    EXPECT_TRUE(parse_vip("192.0.2.50/32"));
    EXPECT_TRUE(parse_vip("::2/128"));
}

TEST(Endpoint, PortIsOptional) {
    EXPECT_EQ(parse_endpoint("192.0.2.1").value().port, 0);
    EXPECT_EQ(parse_endpoint("192.0.2.1:65535").value().port, 65535);
    EXPECT_EQ(parse_endpoint("2001:db8::1").value().port, 0);
    EXPECT_EQ(parse_endpoint("[2001:db8::1]").value().port, 0);
    const Endpoint both = parse_endpoint("[2001:db8::1]:443").value();
    EXPECT_EQ(both.port, 443);
    EXPECT_EQ(format_address(both.address), "2001:db8::1");
}

TEST(Endpoint, RefusesWhatIsNone) {
    for (const char* text :
         {"", ":", ":80", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:80:80",
          "[192.0.2.1]:80", "[2001:db8::1", "[2001:db8::1]80", "[2001:db8::1]:", "[]:80", "x:80"})
        EXPECT_FALSE(parse_endpoint(text)) << text;
}

TEST(Address, OfBytesHasOneOfTwoLengths) {
    const std::array<std::uint8_t, 17> bytes{};
    for (std::size_t size = 0; size <= bytes.size(); ++size)
        EXPECT_EQ(bool(address_from_bytes(std::span(bytes).first(size))), size == 4 || size == 16);
}

TEST(Address, OfAHostIsNoneOfASpecialUse) {
    for (const char* text : {"192.0.2.1", "1.0.0.0", "223.255.255.255", "240.0.0.1", "::2",
                             "2001:db8::1", "fe80::1"}) {
        EXPECT_TRUE(is_host(parse_ip_address(text).value())) << text;
        EXPECT_FALSE(is_multicast(parse_ip_address(text).value())) << text;
    }
    for (const char* text : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "239.255.255.255",
                             "255.255.255.255", "::", "::1", "ff02::1"})
        EXPECT_FALSE(is_host(parse_ip_address(text).value())) << text;
    for (const char* text : {"224.0.0.1", "239.255.255.255", "ff02::1"})
        EXPECT_TRUE(is_multicast(parse_ip_address(text).value())) << text;
}

TEST(Vip, IsNeitherItsNetworkNorTheBroadcast) {
    for (const char* text : {"192.0.2.1/24", "192.0.2.255/23", "192.0.2.0/31", "192.0.2.1/31",
                             "192.0.2.0/32", "128.0.0.1/1", "2001:db8::/64"})
        EXPECT_TRUE(is_host(parse_vip(text).value())) << text;
    for (const char* text : {"192.0.2.0/24", "192.0.2.255/24", "192.0.3.255/23", "192.0.2.4/30",
                             "192.0.2.7/30", "127.0.0.1/8"})
        EXPECT_FALSE(is_host(parse_vip(text).value())) << text;
}

RC_GTEST_PROP(Address, SurvivesWritingAndReading,
              (const std::array<std::uint8_t, 16>& bytes, bool v6)) {
    const auto address = address_from_bytes(std::span(bytes).first(v6 ? 16 : 4)).value();
    RC_ASSERT(parse_ip_address(format_address(address)).value() == address);
}

}  // namespace
}  // namespace cohort
