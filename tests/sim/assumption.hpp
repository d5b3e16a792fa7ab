// SPDX-License-Identifier: GPL-2.0-or-later
//
// The assumption of mode links: while both daemons run, in each window W at
// least one frame sent in it is read in it, in at least one direction.
#pragma once

#include "tests/sim/clock.hpp"

#include <algorithm>

namespace cohort::sim {

/// Tells the network which frames must pass, and whether the run as a whole has
/// kept the assumption. A run that has not proves nothing about mode links.
class Assumption {
public:
    /// `margin`: a frame is let through at the latest when the last one that was
    /// is this old. Off (directed tests, other modes): nothing is forced or judged.
    Assumption(bool on, std::chrono::nanoseconds window, std::chrono::nanoseconds margin)
        : on_(on), window_(window), margin_(margin) {}

    /// Both daemons run, from now on or not any more. A stall that a daemon
    /// cannot notice, up to 2 H, is part of running.
    void both_run(bool run, TrueTime now) {
        if (run != running_) {
            running_ = run;
            since_ = now;
        }
    }

    /// True if a frame that is sent now must be delivered soon.
    bool must_pass(TrueTime now) {
        if (!on_ || !running_ || now - std::max(since_, forced_) < margin_) {
            return false;
        }
        forced_ = now;
        return true;
    }

    /// A frame was read.
    void read(TrueTime sent) { newest_ = std::max(newest_, sent); }

    bool broken() const { return broken_; }
    void watch(TrueTime now) {
        broken_ |= on_ && running_ && now - std::max(since_, newest_) > window_;
    }
    void switch_off() { on_ = false; }
    /// Frames are as rare as if W were twice as long, and that does not void the run.
    void widen() {
        margin_ += window_;
        window_ *= 2;
    }

private:
    bool on_;
    std::chrono::nanoseconds window_;
    std::chrono::nanoseconds margin_;
    bool running_ = false;
    bool broken_ = false;
    TrueTime since_{};   ///< both run or not since then
    TrueTime forced_{};  ///< the newest frame that was made to pass
    TrueTime newest_{};  ///< latest sending time of a frame that was read
};

}  // namespace cohort::sim
