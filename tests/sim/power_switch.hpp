// SPDX-License-Identifier: GPL-2.0-or-later
//
// The fencing agent of a simulated cluster: turns hosts off, late or not at
// all, and never confirms what it did not do (mode fence, R23).
#pragma once

#include "tests/sim/dice.hpp"
#include "tests/sim/scheduler.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace cohort::sim {

class PowerSwitch {
public:
    using TurnOff = std::function<void(std::size_t host)>;

    PowerSwitch(Scheduler& scheduler, Dice& dice, TurnOff turn_off)
        : scheduler_(scheduler), dice_(dice), turn_off_(std::move(turn_off)) {}

    /// How it behaves.
    Duration longest = std::chrono::milliseconds{300};
    double fails = 0;   ///< chance of no confirmation, whether or not the host went off
    bool lies = false;  ///< breaks what mode fence assumes: a failure is confirmed too

    /// What was asked for and is not carried out yet never will be.
    void forget() { ++forgotten_; }

    /// Turns the host off some time from now, whatever becomes of the one who
    /// asked, and then calls `done`.
    void fence(std::size_t host, std::function<void(bool off)> done) {
        const bool failed = dice_.chance(fails);
        const bool in_vain = failed && dice_.chance(0.5);
        scheduler_.after(dice_.between(std::chrono::milliseconds{1}, longest),
                         [this, host, failed, in_vain, order = forgotten_, done = std::move(done)] {
                             if (order != forgotten_) {
                                 done(false);
                                 return;
                             }
                             if (!in_vain) {
                                 turn_off_(host);
                             }
                             scheduler_.after(dice_.between({}, longest),
                                              [this, failed, done] { done(!failed || lies); });
                         });
    }

private:
    Scheduler& scheduler_;
    Dice& dice_;
    TurnOff turn_off_;
    std::uint64_t forgotten_ = 0;
};

}  // namespace cohort::sim
