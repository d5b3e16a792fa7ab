// SPDX-License-Identifier: GPL-2.0-or-later
//
// What one link shows of one peer: when it was heard, whether the link works
// both ways, through how many other nodes it leads, and how long a frame takes
// there and back. Pure; time is an argument.
#pragma once

#include "ctl/base/address.hpp"
#include "ctl/cohortd/core/types.hpp"
#include "ctl/cohortd/wire/frame.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
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
    /// An authentic frame of the peer was read, which so many nodes passed on. `from`: who
    /// sent it on this link, the peer or the last of those; serial lines do not say.
    void heard(core::Time now, unsigned hops = 0, const std::optional<Endpoint>& from = {});
    /// It was a heartbeat of that seq, from the peer itself.
    void heard_heartbeat(std::uint64_t seq, core::Time now);
    /// The peer itself told which of our heartbeats it read last on this link.
    void heard_echo(const wire::Echo& echo, const SentTimes& sent, core::Time now);

    /// For a frame that leaves now.
    std::optional<wire::Echo> echo(core::Time now) const;

    std::optional<core::Time> heard_at() const { return std::max(direct_at_, relayed_at_); }
    /// The peer itself, not through a relay.
    bool heard_directly(core::Time now, core::Duration window) const {
        return direct_at_ && now - *direct_at_ <= window;
    }
    /// How many nodes the peer's frames came through within `window`: 0 if any
    /// came from itself; nothing if it was not heard.
    std::optional<unsigned> hops(core::Time now, core::Duration window) const;
    /// Where its frames came from within `window`: itself, if any did.
    std::optional<Endpoint> from(core::Time now, core::Duration window) const;
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
    std::optional<core::Time> direct_at_;
    std::optional<core::Time> relayed_at_;
    std::optional<Endpoint> direct_from_;
    std::optional<Endpoint> relayed_from_;
    unsigned relay_hops_ = 0;  ///< of the newest relayed frame
    std::optional<LastRead> last_read_;
    std::optional<core::Time> reached_at_;
    std::optional<core::Duration> round_trip_;
};

/// What one link shows of all peers.
using Paths = std::map<core::NodeId, Path>;

}  // namespace cohort::link
