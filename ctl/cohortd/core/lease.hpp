// SPDX-License-Identifier: GPL-2.0-or-later
//
// The contender's lease: until when this node may serve (R7, R11, R12).
#pragma once

#include "ctl/cohortd/core/electorate.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace cohort::core {

class Lease {
public:
    Lease(const Electorate& electorate, const Timers& timers);

    /// This node sends heartbeat `seq` at the accepted epoch, asking for a
    /// lease. `at` is read before sending. Sequence numbers ascend.
    void sent(std::uint64_t seq, Time at);

    /// R7: a voter acked the heartbeat with these low bits of its number, in a
    /// frame of the accepted epoch and naming this node's session. Gives the
    /// time at which that heartbeat was sent; nothing if it is none of the
    /// accepted epoch's, or too old to matter.
    std::optional<Time> acked(std::size_t voter, std::uint32_t seq, Time now);

    /// A virtual ack (R25, R26) as if of a heartbeat sent `at`.
    void grant(std::size_t voter, Time at);

    /// True if the voter acked, itself, at the accepted epoch within the lease.
    bool has_ack(std::size_t voter, Time now) const;

    /// R10's second round: voters worth a quorum, this node included, acked
    /// heartbeats of number `seq` or later. Virtual acks do not count.
    bool quorum_acked_since(std::uint64_t seq) const;

    /// lease_end: up to which voters worth a quorum have acked.
    std::optional<Time> end() const;

    /// The end of the lease carried over from earlier epochs, if any.
    std::optional<Time> carry() const { return carry_; }

    /// max(lease_end, carry): the kernel's deadline before rounding.
    std::optional<Time> until() const { return std::max(end(), carry_); }
    bool valid(Time now) const {
        const auto at = until();
        return at && now < *at;
    }

    /// R11: another epoch is accepted. True if the lease was valid, so that
    /// what is held may be carried over. Heartbeats sent so far and their acks
    /// say nothing of the new epoch.
    bool accept(Time now);

    /// The electorate gained or lost a member at this index.
    void insert(std::size_t index);
    void erase(std::size_t index);

    /// R14: what the kernel still holds is served until its deadline.
    void resume(Time deadline) { carry_ = deadline; }

private:
    struct Sent {
        std::uint64_t seq;
        Time at;
    };
    struct Ack {
        std::uint64_t seq = 0;        ///< highest real ack
        std::optional<Time> sent_at;  ///< of that heartbeat
        std::optional<Time> granted;  ///< virtual
    };

    const Electorate& electorate_;
    Duration lease_;
    std::deque<Sent> sent_;  ///< at the accepted epoch, ascending
    std::vector<Ack> acks_;  ///< by member; this node's is its newest heartbeat
    std::optional<Time> carry_;
};

}  // namespace cohort::core
