// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/duration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Duration, ReadsEveryUnit) {
    EXPECT_EQ(parse_duration("7us").value(), 7us);
    EXPECT_EQ(parse_duration("250ms").value(), 250ms);
    EXPECT_EQ(parse_duration("1s").value(), 1s);
    EXPECT_EQ(parse_duration("2m").value(), 2min);
    EXPECT_EQ(parse_duration("1h").value(), 1h);
}

TEST(Duration, ReadsFractionsExactly) {
    EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
    EXPECT_EQ(parse_duration("0.1s").value(), 100ms);
    EXPECT_EQ(parse_duration("0.000000001s").value(), 1ns);
    EXPECT_EQ(parse_duration("1.50s").value(), 1500ms);
    EXPECT_EQ(parse_duration("0.25m").value(), 15s);
}

TEST(Duration, OnlyNothingNeedsNoUnit) {
    EXPECT_EQ(parse_duration("0").value(), 0ns);
    EXPECT_EQ(parse_duration("0s").value(), 0ns);
    EXPECT_FALSE(parse_duration("1"));
}

TEST(Duration, RefusesWhatIsNone) {
    for (const char* text : {"", "s", "-1s", "+1s", "1 s", "1S", "1sec", "1.s", ".5s", "1.2.3s",
                             "1e3s", "0x1s", "nan", "infs", "1s ", " 1s", "1,5s", "1s1s"}) {
        const auto duration = parse_duration(text);
        ASSERT_FALSE(duration) << text;
        EXPECT_THAT(duration.error().message, HasSubstr("'" + std::string(text) + "'"));
    }
}

TEST(Duration, RefusesWhatDoesNotFit) {
    EXPECT_TRUE(parse_duration("1000h"));
    EXPECT_FALSE(parse_duration("1000.001h"));
    EXPECT_FALSE(parse_duration("1001h"));
    EXPECT_FALSE(parse_duration("99999999999999999999s"));
    EXPECT_FALSE(parse_duration("0.0000000001s"));
}

TEST(Duration, MillisecondsAreWhole) {
    EXPECT_EQ(parse_milliseconds("1.5s").value(), 1500ms);
    EXPECT_THAT(parse_milliseconds("1.5ms").error().message, HasSubstr("whole number of millis"));
    EXPECT_FALSE(parse_milliseconds("999us"));
}

TEST(Duration, IsWrittenInTheLargestUnitThatFits) {
    EXPECT_EQ(format_duration(1500ms), "1500ms");
    EXPECT_EQ(format_duration(2s), "2s");
    EXPECT_EQ(format_duration(3600s), "1h");
    EXPECT_EQ(format_duration(0ns), "0s");
}

RC_GTEST_PROP(Duration, SurvivesWritingAndReading, ()) {
    const auto duration =
        std::chrono::microseconds{*rc::gen::inRange<std::int64_t>(0, 3'600'000'000)};
    RC_ASSERT(parse_duration(format_duration(duration)).value() == duration);
}

}  // namespace
}  // namespace cohort
