// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/config/words.hpp"

#include <gtest/gtest.h>

#include <array>

namespace cohort::config {
namespace {

constexpr std::array<std::string_view, 3> kKnown{"heartbeat", "lease", "baud"};

TEST(Nearest, IsTheOneWithTheFewestEdits) {
    EXPECT_EQ(nearest("hartbeat", kKnown), "heartbeat");
    EXPECT_EQ(nearest("heartbeats", kKnown), "heartbeat");
    EXPECT_EQ(nearest("laese", kKnown), "lease");
    EXPECT_EQ(nearest("bauds", kKnown), "baud");
}

TEST(Nearest, IsNothingForWhatCannotHaveBeenMeant) {
    EXPECT_EQ(nearest("xyz", kKnown), "");
    EXPECT_EQ(nearest("", kKnown), "");
    EXPECT_EQ(nearest(std::string(10'000, 'b'), kKnown), "");
}

TEST(OneOf, JoinsWithOr) {
    EXPECT_EQ(one_of(kKnown), "heartbeat, lease or baud");
    EXPECT_EQ(one_of(std::span(kKnown).first(1)), "heartbeat");
}

}  // namespace
}  // namespace cohort::config
