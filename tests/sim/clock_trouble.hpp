// SPDX-License-Identifier: GPL-2.0-or-later
//
// Clocks that change their rates within what A1 allows; and virtual machines that are
// paused, whose clocks stand still meanwhile, which A1 does not allow.
#pragma once

#include "tests/sim/world.hpp"

#include <cstdint>

namespace cohort::sim {

/// Outlives the run: what it began goes on after `end`, for kAftermath at most.
///
/// A node that was paused goes on where it was: it may serve by what its lease had left
/// (10.1), and may have carried that over to an epoch that gives it the same again
/// (R11), while another serves until the voters' last acks to it run out. So for two
/// leases from then on two may serve, and none afterwards; and what each says, stores and
/// sets by its own clock is in order all the while.
class ClockTrouble {
public:
    /// Half of all lives have no pauses, so that everything must hold in them.
    explicit ClockTrouble(World& world);

    /// One trouble, and after a while the next, until `end`.
    void begin(TrueTime end);

    std::size_t pauses() const { return pauses_; }

private:
    void slew(Host& host);
    void pause(Host& host);
    void resume(Host& host);

    World& world_;
    bool may_pause_;
    std::size_t pauses_ = 0;
    std::size_t paused_ = 0;  ///< that have not ended
};

}  // namespace cohort::sim
