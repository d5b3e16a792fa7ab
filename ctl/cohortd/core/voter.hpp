// SPDX-License-Identifier: GPL-2.0-or-later
//
// The voter: what this node has promised to others (R5, R6, R9, R13).
#pragma once

#include "ctl/cohortd/core/electorate.hpp"

#include <optional>
#include <vector>

namespace cohort::core {

/// A voter's volatile state. The durable part, the accepted epoch, belongs to
/// the caller, who tells of each accept and only shows heartbeats of that epoch.
class Voter {
public:
    /// What a heartbeat says to one peer about its heartbeats.
    struct Acked {
        std::uint64_t session = 0;
        std::uint64_t seq = 0;  ///< the highest acked at the accepted epoch; 0: none
    };

    Voter(const Electorate& electorate, const Timers& timers);

    /// R13: promises made before the restart are not known any more, so nobody
    /// is reported clear for as long as any of them may last.
    void start(Time now, Duration promise);

    /// R6: promises to stay with the sender's epoch, which is the accepted one,
    /// for L_v from now. `now` is read after receipt.
    void ack(std::size_t peer, std::uint64_t session, std::uint64_t seq, Time now);

    /// R5: promises under all epochs up to here become old ones.
    void accept();

    /// The electorate gained or lost a member at this index.
    void insert(std::size_t index);
    void erase(std::size_t index);

    const Acked& acked(std::size_t peer) const { return promises_[peer].acked; }

    /// R9, as in a header: bit id - 1 for every member whose promises under
    /// earlier epochs are over. Never this node itself.
    std::uint64_t clear(Time now) const;

    /// The next moment after `now` at which clear() gains a bit.
    std::optional<Time> next_clear(Time now) const;

private:
    struct Promise {
        std::optional<Time> current;  ///< cur[a]: under the accepted epoch
        std::optional<Time> old;      ///< old[a]: the latest under any epoch before
        Acked acked;
    };

    const Electorate& electorate_;
    Duration promise_;
    std::vector<Promise> promises_;
    Time hold_until_{};
};

}  // namespace cohort::core
