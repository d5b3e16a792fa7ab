// SPDX-License-Identifier: GPL-2.0-or-later
//
// What one link shows of one peer: when it was heard, whether the link works
// both ways, and how long a frame takes there and back. Pure; time is an
// argument.
#pragma once

#include "ctl/cohortd/core/types.hpp"
#include "ctl/cohortd/wire/frame.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace cohort::link {

/// When the heartbeats that went out over a link were sent, for as many of the
/// last as an Echo can tell apart.
class SentTimes {
public:
    void note(std::uint64_t seq, core::Time now) { times_[seq & wire::Echo::kSeqMask] = now; }
    std::optional<core::Time> of(std::uint8_t low_seq) const {
        return times_[low_seq & wire::Echo::kSeqMask];
    }

private:
    std::array<std::optional<core::Time>, wire::Echo::kSeqMask + 1> times_;
};

class Path {
public:
    /// An authentic frame of the peer was read.
    void heard(core::Time now) { heard_at_ = now; }
    /// It was a heartbeat of that seq.
    void heard_heartbeat(std::uint64_t seq, core::Time now);
    /// It told which of our heartbeats the peer read last on this link.
    void heard_echo(const wire::Echo& echo, const SentTimes& sent, core::Time now);

    /// For a frame that leaves now.
    std::optional<wire::Echo> echo(core::Time now) const;

    std::optional<core::Time> heard_at() const { return heard_at_; }
    /// Smoothed; nothing before the first echo.
    std::optional<core::Duration> round_trip() const { return round_trip_; }
    /// A heartbeat of ours was read by the peer, on this link, within `window`.
    bool works_both_ways(core::Time now, core::Duration window) const {
        return reached_at_ && now - *reached_at_ <= window;
    }

private:
    struct LastRead {
        std::uint8_t low_seq;
        core::Time at;
    };
    std::optional<core::Time> heard_at_;
    std::optional<LastRead> last_read_;
    std::optional<core::Time> reached_at_;
    std::optional<core::Duration> round_trip_;
};

}  // namespace cohort::link
