// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/line_watch.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

namespace cohort::link {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LineReading counts(LineErrors errors) {
    return {errors, ModemLines{true, false, true}};
}

TEST(LineWatch, WhatWasCountedBeforeTheLinkCameIsNotTheLinks) {
    LineWatch watch;
    watch.restart(counts({7, 8, 9, 10}));
    EXPECT_EQ(watch.errors(), LineErrors{});
    EXPECT_THAT(watch.observe(counts({7, 8, 9, 10})), IsEmpty());
}

TEST(LineWatch, SaysOfEachKindWhatItMayComeFrom) {
    LineWatch watch;
    watch.restart(counts({}));
    EXPECT_THAT(watch.observe(counts({0, 3, 0, 0})),
                ElementsAre(HasSubstr("same baud rate and 8N1")));
    EXPECT_THAT(watch.observe(counts({1, 3, 0, 2})),
                ElementsAre(HasSubstr("overrun"), HasSubstr("breaks")));
    EXPECT_THAT(watch.observe(counts({1, 3, 0, 2})), IsEmpty());
    EXPECT_EQ(watch.errors(), (LineErrors{1, 3, 0, 2}));
}

TEST(LineWatch, CountsNeverFallWhenTheDriverStartsAnew) {
    LineWatch watch;
    watch.restart(counts({0, 100, 0, 0}));
    watch.observe(counts({0, 105, 0, 0}));
    watch.observe(counts({0, 2, 0, 0}));  // as if plugged in again meanwhile
    EXPECT_EQ(watch.errors()->framing, 7u);
    watch.restart(counts({0, 50, 0, 0}));
    watch.observe(counts({0, 51, 0, 0}));
    EXPECT_EQ(watch.errors()->framing, 8u);
}

TEST(LineWatch, ShowsTheModemLinesAsTheyAreNow) {
    LineWatch watch;
    watch.restart(counts({}));
    EXPECT_EQ(watch.modem(), (ModemLines{true, false, true}));
    watch.observe({LineErrors{}, ModemLines{}});
    EXPECT_EQ(watch.modem(), ModemLines{});
}

TEST(LineWatch, CountsTheTurnsOfModemLinesAndDoesNotComplain) {
    LineWatch watch;
    watch.restart(counts({0, 0, 0, 0, 40}));
    EXPECT_THAT(watch.observe(counts({0, 0, 0, 0, 43})), IsEmpty());
    EXPECT_EQ(watch.errors()->turns, 3u);
}

TEST(LineWatch, ADriverThatSaysNothingIsNoError) {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_GE(terminal, 0);
    LineWatch watch;
    watch.restart(read_line(terminal));
    EXPECT_THAT(watch.observe(read_line(terminal)), IsEmpty());
    EXPECT_EQ(watch.errors(), std::nullopt);
    EXPECT_EQ(watch.modem(), std::nullopt);
    ::close(terminal);
}

}  // namespace
}  // namespace cohort::link
