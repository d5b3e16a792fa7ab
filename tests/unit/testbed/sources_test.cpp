// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/sources.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>

#include <array>
#include <string>

namespace cohort::testbed {
namespace {

std::string text_of(const in6_addr& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return inet_ntop(AF_INET6, &address, text.data(), text.size());
}

std::string source(std::string_view prefix, std::size_t index) {
    return text_of(Sources::parse(prefix)->at(index));
}

TEST(Sources, AreAllOfAPrefixButItsEnds) {
    EXPECT_EQ(Sources::parse("198.51.100.0/24")->size(), 254U);
    EXPECT_EQ(source("198.51.100.0/24", 0), "::ffff:198.51.100.1");
    EXPECT_EQ(source("198.51.100.77/24", 253), "::ffff:198.51.100.254");
    EXPECT_EQ(source("198.51.100.0/24", 254), "::ffff:198.51.100.1");
    EXPECT_EQ(source("192.0.2.4/30", 1), "::ffff:192.0.2.6");
}

TEST(Sources, OfIpv6AreAsManyAsOfIpv4) {
    EXPECT_EQ(Sources::parse("2001:db8:7::/64")->size(), 0xFFFFFFFEU);
    EXPECT_EQ(source("2001:db8:7::/64", 0), "2001:db8:7::1");
    EXPECT_EQ(source("2001:db8:7::9/64", 0x1FFFE), "2001:db8:7::1:ffff");
    EXPECT_EQ(source("2001:db8:7::/126", 2), "2001:db8:7::1");
}

TEST(Sources, AreTheKernelsChoiceByDefault) {
    EXPECT_EQ(Sources().size(), 1U);
    EXPECT_EQ(text_of(Sources().at(5)), "::");
}

TEST(Sources, WantRoomForTwo) {
    EXPECT_FALSE(Sources::parse("192.0.2.0/31"));
    EXPECT_FALSE(Sources::parse("2001:db8::/127"));
    EXPECT_FALSE(Sources::parse("192.0.2.1"));
}

TEST(Target, IsOfEitherFamilyAndHasAPort) {
    EXPECT_EQ(text_of(parse_target("192.0.2.50:7000")->sin6_addr), "::ffff:192.0.2.50");
    const auto target = parse_target("[2001:db8::50]:7000");
    EXPECT_EQ(text_of(target->sin6_addr), "2001:db8::50");
    EXPECT_EQ(ntohs(target->sin6_port), 7000);
    EXPECT_FALSE(parse_target("2001:db8::50"));
}

}  // namespace
}  // namespace cohort::testbed
