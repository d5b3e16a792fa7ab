// SPDX-License-Identifier: GPL-2.0-or-later
//
// What waits for a slow line, of this node and of those whose frames it passes
// on, and whose turn it is.
#pragma once

#include "ctl/cohortd/link/lane.hpp"

#include <map>
#include <optional>

namespace cohort::link {

class Outbox {
public:
    void put(Outgoing outgoing);

    /// What is to be sent next, and removes it. The own heartbeat first, then
    /// one heartbeat of each other node by turns, then a question, an answer or
    /// a plan fragment, own ones first; then the others' turns come again. A
    /// stream of own heartbeats leaves every second turn to whatever waits
    /// beside it, so nothing waits for ever.
    std::optional<Outgoing> next();

    bool empty() const { return own_.empty() && relayed_.empty(); }
    void clear();

private:
    using Lanes = std::map<core::NodeId, Lane>;  ///< by origin; none is empty

    bool only_own_heartbeat() const;
    std::optional<Outgoing> take_heartbeat_of_round();
    std::optional<Outgoing> take_rest();
    std::optional<Outgoing> take_other(bool (Lane::*has)() const, Outgoing (Lane::*take)());
    Outgoing take_relayed(Lanes::iterator lane, Outgoing (Lane::*take)());

    Lane own_;
    Lanes relayed_;
    core::NodeId served_ = core::kNobody;  ///< origins up to this one had their turn
    core::NodeId turn_ = core::kNobody;    ///< the origin whose question or fragment went last
    bool own_heartbeat_was_last_ = false;
    bool exchange_was_last_ = false;  ///< of what is no heartbeat
};

}  // namespace cohort::link
