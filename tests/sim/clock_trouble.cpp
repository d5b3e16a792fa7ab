// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/clock_trouble.hpp"

#include "ctl/cohortd/core/timers.hpp"

namespace cohort::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

ClockTrouble::ClockTrouble(World& world) : world_(world), may_pause_(world.dice.chance(0.5)) {}

void ClockTrouble::begin(TrueTime end) {
    if (world_.scheduler.now() >= end) {
        return;
    }
    Host& host = world_.host(world_.dice.below(world_.hosts.size()));
    if (may_pause_ && world_.dice.chance(0.5)) {
        pause(host);
    } else {
        slew(host);
    }
    world_.scheduler.after(world_.dice.between(milliseconds{10}, seconds{3}),
                           [this, end] { begin(end); });
}

/// To one end of what is allowed: what lies between shows less.
void ClockTrouble::slew(Host& host) {
    host.slew(world_.dice.chance(0.5) ? core::kClockErrorPpm : -core::kClockErrorPpm);
}

void ClockTrouble::pause(Host& host) {
    if (!host.powered()) {
        return;
    }
    ++pauses_;
    ++paused_;
    world_.checker.expect_overlap(true);
    host.pause();
    world_.scheduler.after(world_.dice.chance(0.5)
                               ? world_.dice.between(milliseconds{1}, seconds{1})
                               : world_.dice.between(seconds{1}, milliseconds{2500}),
                           [this, &host] { resume(host); });
}

/// Or, if it was turned off meanwhile, what would have been its end.
void ClockTrouble::resume(Host& host) {
    host.resume();
    host.start();  // whoever wanted to start its daemon could not
    world_.scheduler.after(2 * host.config().timers.promise, [this] {
        if (--paused_ == 0) {
            world_.checker.expect_overlap(false);
        }
    });
}

}  // namespace cohort::sim
