// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/pace.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace cohort::link {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr Pace::Time kStart{seconds{1000}};

TEST(TimeOnLine, CountsTenBitsAByte) {
    EXPECT_EQ(time_on_line(90, 9600), std::chrono::microseconds{93750});
    EXPECT_EQ(time_on_line(11520, 115200), seconds{1});
}

TEST(Pace, AFreshLineIsFreeAtOnce) {
    EXPECT_LE(Pace(9600).next(), kStart);
}

TEST(Pace, AFrameWaitsUntilTheOneBeforeHasPassed) {
    Pace pace(115200);
    pace.sent(90, kStart);
    EXPECT_EQ(pace.next(), kStart + time_on_line(90, 115200));
}

TEST(Pace, AfterAPauseAHeartbeatAndWhatFollowsItGoAtFullSpeed) {
    Pace pace(115200);
    const nanoseconds one = time_on_line(90, 115200);
    pace.sent(90, kStart);
    pace.sent(90, kStart + one);
    EXPECT_EQ(pace.next(), kStart + 2 * one);
}

TEST(Pace, HalfOfTheLineIsUsedWhateverThereIsToSend) {
    std::mt19937 random(7);
    for (const unsigned baud : std::array{9600U, 115200U, 921600U}) {
        Pace pace(baud);
        Pace::Time now = kStart;
        nanoseconds used{};
        for (int frame = 0; frame < 500; ++frame) {
            const std::size_t size = 90 + random() % 500;
            pace.sent(size, now);
            used += time_on_line(size, baud);
            now = pace.next();
            EXPECT_LE(2 * used, now - kStart + time_on_line(Pace::kBurstBytes, baud));
        }
        EXPECT_GE(2 * used, (now - kStart) * 99 / 100) << "what may be used, can be";
    }
}

TEST(Pace, PausesAreNotSavedUp) {
    Pace pace(9600);
    const Pace::Time later = kStart + std::chrono::hours{1};
    pace.sent(90, kStart);
    for (Pace::Time now = later; now < later + milliseconds{1}; now = pace.next())
        pace.sent(400, now);
    EXPECT_EQ(pace.next(),
              later + 2 * time_on_line(400, 9600) - time_on_line(Pace::kBurstBytes, 9600));
}

}  // namespace
}  // namespace cohort::link
