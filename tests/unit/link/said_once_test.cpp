// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/said_once.hpp"

#include <gtest/gtest.h>

namespace cohort::shell {
namespace {

using std::chrono::seconds;

constexpr core::Time at(int s) {
    return core::Time{seconds{s}};
}

TEST(SaidOnce, WhatGoesOnIsSaidOnce) {
    SaidOnce said;
    EXPECT_TRUE(said.worth_saying("noise", at(0)));
    for (int s = 1; s < 600; s += 30)
        EXPECT_FALSE(said.worth_saying("noise", at(s))) << s;
}

TEST(SaidOnce, WhatComesBackAfterAQuietMinuteIsSaidAgain) {
    SaidOnce said;
    EXPECT_TRUE(said.worth_saying("noise", at(0)));
    EXPECT_FALSE(said.worth_saying("noise", at(59)));
    EXPECT_TRUE(said.worth_saying("noise", at(119)));
}

TEST(SaidOnce, MattersAreApart) {
    SaidOnce said;
    EXPECT_TRUE(said.worth_saying("noise", at(0)));
    EXPECT_TRUE(said.worth_saying("bad_mac", at(0)));
}

}  // namespace
}  // namespace cohort::shell
