// SPDX-License-Identifier: GPL-2.0-or-later
//
// What waits of one node for a slow line. The latest state wins: whatever a
// newer message makes obsolete is replaced, so that nothing ever queues up.
#pragma once

#include "ctl/cohortd/link/outgoing.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace cohort::link {

class Lane {
public:
    void put(Outgoing outgoing);

    bool has_heartbeat() const { return heartbeat_.has_value(); }
    bool has_exchange() const { return !exchange_.empty(); }
    bool has_fragment() const { return !fragments_.empty(); }
    bool empty() const { return !has_heartbeat() && !has_exchange() && !has_fragment(); }

    // Each removes what it gives; only if there is one.
    Outgoing take_heartbeat();
    /// The question or answer that waits longest.
    Outgoing take_exchange();
    /// A fragment of the newest plan, by turns.
    Outgoing take_fragment();

private:
    void put_heartbeat(Outgoing outgoing);
    void put_exchange(Outgoing outgoing);
    void put_fragment(Outgoing outgoing);

    std::optional<Outgoing> heartbeat_;
    std::deque<Outgoing> exchange_;
    std::map<std::uint16_t, Outgoing> fragments_;  ///< all of one epoch
    std::uint16_t turn_ = 0;  ///< the fragment whose turn it is, or the next one after
};

}  // namespace cohort::link
