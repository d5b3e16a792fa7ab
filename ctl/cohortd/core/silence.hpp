// SPDX-License-Identifier: GPL-2.0-or-later
//
// Mode links: how long the peer has been silent on all links, and what that
// proves (R24 to R26).
#pragma once

#include "ctl/cohortd/core/machine.hpp"

#include <optional>

namespace cohort::core {

/// What the peer's silence stands for.
enum class Grade : std::uint8_t {
    none,
    keep,  ///< R25: its ack, for what is held already and while that is valid
    take,  ///< R26: its ack and clear(peer)
};

/// R24's clock about one peer. It measures the peer's silence only while this
/// node's own loop ran on time; whoever owns the clock restarts it otherwise.
class Silence {
public:
    /// A start, a stall of the own loop, a change of the links.
    void restart(Time now) {
        since_ = now;
        fresh_ = false;
    }

    /// An authentic frame of the peer was read. `fresh`: it acks a heartbeat
    /// that this node sent at most T_fresh ago, at the accepted epoch (R26).
    void heard(Time now, bool fresh);

    /// `reading` is a clock reading taken before all queued input was read.
    Grade grade(const Timers& timers, Time reading) const;

    /// True if the silence lasted longer than `limit` at that reading.
    bool exceeds(Duration limit, Time reading) const { return reading - since_ > limit; }

    Time since() const { return since_; }
    bool fresh() const { return fresh_; }

    /// The next moment after `now` at which the grade, or whether the silence
    /// exceeds `limit`, may change if it goes on.
    std::optional<Time> next_change(const Timers& timers, Duration limit, Time now) const;

private:
    Duration take_after(const Timers& timers) const;

    Time since_{};
    bool fresh_ = false;
};

}  // namespace cohort::core
