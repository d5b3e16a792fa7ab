// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cohort {
namespace {

TEST(ClusterName, TakesWhatTheKernelTakes) {
    EXPECT_TRUE(check_cluster_name("a"));
    EXPECT_TRUE(check_cluster_name("web-1_b"));
    EXPECT_TRUE(check_cluster_name(std::string(31, 'x')));
}

TEST(ClusterName, RefusesTheRest) {
    using namespace std::string_literals;
    for (const std::string& name : {""s, "Web"s, "a b"s, "a/b"s, "a.b"s, "\303\244"s, "a\0b"s,
                                    "a\n"s, std::string(32, 'x')}) {
        const auto checked = check_cluster_name(name);
        ASSERT_FALSE(checked) << name;
        EXPECT_THAT(checked.error().message, testing::HasSubstr("1 to 31 of a-z 0-9 - _"));
    }
}

}  // namespace
}  // namespace cohort
