// SPDX-License-Identifier: GPL-2.0-or-later
//
// What voters have promised, by the acks that they sent and the times at which
// they had read what they acked (R6, R9). It sees all nodes at once, so it can
// tell whether a lease stands on promises that are kept (I2).
#pragma once

#include "ctl/cohortd/core/machine.hpp"
#include "tests/invariants/clocks.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace cohort::invariants {

class Promises {
public:
    /// The nodes' configurations; both must outlive this.
    Promises(const std::vector<core::MachineConfig>& configs, const Clocks& clocks);

    /// The node starts; its kernel serves until `deadline` (R13, R14).
    void starts(std::size_t node, core::Time deadline, core::Time now);
    void reads(std::size_t node, const core::Heartbeat& heartbeat, core::Time now);
    void sends(std::size_t node, const core::Heartbeat& heartbeat);
    /// The node leaves `epoch`; `granted`: what a virtual ack lends it, if any.
    void accepts(std::size_t node, const core::EpochId& epoch, std::optional<core::Time> granted);

    /// On the shared time line: until when voters worth a quorum stand by a
    /// lease of the node at this epoch, or by one that it carried over.
    core::Duration supported(std::size_t node, const core::EpochId& epoch,
                             std::optional<core::Time> granted) const;

    /// Until when the voter must not report the contender clear at this epoch.
    core::Time not_clear_until(std::size_t voter, std::size_t contender,
                               const core::EpochId& epoch) const;

private:
    /// A heartbeat that was read, and when its first copy was.
    struct Read {
        std::uint64_t session;
        std::uint64_t seq;
        core::EpochId epoch;
        core::Time at;
    };
    struct Support {
        core::EpochId epoch;
        core::Duration until;
    };
    /// Of one voter to one contender.
    struct Promise {
        std::deque<Read> reads;  ///< the newest few
        core::EpochId epoch;     ///< of `current`
        core::Time current{};    ///< its end
        core::Time old{};        ///< of the longest of earlier epochs
        std::array<Support, 4> supports{};
        std::size_t oldest = 0;  ///< of `supports`
    };

    /// What leases of earlier epochs or runs stand on.
    struct Carried {
        core::Duration promised = core::Duration::min();  ///< by voters
        /// By no voter, and so on the contender's own clock, whose rate may change:
        /// by virtual acks, or found in its kernel at a start.
        std::optional<core::Time> lent;
    };

    Promise& promise(std::size_t voter, std::size_t contender) {
        return promises_[voter * configs_.size() + contender];
    }
    const Promise& promise(std::size_t voter, std::size_t contender) const {
        return promises_[voter * configs_.size() + contender];
    }
    std::optional<std::size_t> index_of(core::NodeId id) const;
    void make(std::size_t voter, std::size_t contender, const core::EpochId& epoch,
              core::Time read);
    core::Duration promised(std::size_t node, const core::EpochId& epoch) const;

    const std::vector<core::MachineConfig>& configs_;
    const Clocks& clocks_;
    std::vector<Promise> promises_;       ///< by voter and contender
    std::vector<core::Time> hold_until_;  ///< by voter
    std::vector<Carried> carried_;        ///< by contender
};

}  // namespace cohort::invariants
