// SPDX-License-Identifier: GPL-2.0-or-later
//
// True time, and a node's boot clock that runs a little fast or slow (A1).
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace cohort::sim {

/// Nanoseconds since the run began, on no node's clock.
using TrueTime = std::chrono::nanoseconds;

class NodeClock {
public:
    NodeClock() = default;
    /// Shows `reading` at true time `now`, and runs `ppm` millionths fast.
    NodeClock(TrueTime now, std::chrono::nanoseconds reading, std::int64_t ppm)
        : booted_(now), reading_(reading), ppm_(ppm) {}

    /// Shows the same from now on, as a guest's clock does while it is paused (breaks A1).
    void stop(TrueTime now) { stopped_ = now; }
    void go_on(TrueTime now) {
        booted_ += now - stopped_;
        stopped_ = TrueTime::max();
    }

    /// Runs `ppm` millionths fast from now on.
    void slew(TrueTime now, std::int64_t ppm) {
        reading_ = at(now).time_since_epoch();
        booted_ = now;
        ppm_ = ppm;
    }

    core::Time at(TrueTime now) const {
        const std::int64_t run = (std::min(now, stopped_) - booted_).count();
        return core::Time{reading_ + std::chrono::nanoseconds{run + run * ppm_ / kMillion}};
    }

    /// A true time at which the clock shows `local` or a microsecond more.
    TrueTime when(core::Time local) const {
        const std::int64_t shown = (local.time_since_epoch() - reading_).count();
        return booted_ + std::chrono::nanoseconds{shown * kMillion / (kMillion + ppm_) + 1000};
    }

private:
    static constexpr std::int64_t kMillion = 1'000'000;

    TrueTime booted_{};  ///< or since when it has run at this rate
    std::chrono::nanoseconds reading_{};
    std::int64_t ppm_ = 0;
    TrueTime stopped_ = TrueTime::max();
};

}  // namespace cohort::sim
