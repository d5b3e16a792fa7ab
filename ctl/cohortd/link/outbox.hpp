// SPDX-License-Identifier: GPL-2.0-or-later
//
// What waits for a slow line. The latest state wins: whatever a newer message
// makes obsolete is replaced, so that nothing ever queues up.
#pragma once

#include "ctl/cohortd/core/messages.hpp"

#include <deque>
#include <map>
#include <optional>

namespace cohort::link {

class Outbox {
public:
    void put(core::Message message);

    /// What is to be sent next, and removes it: the heartbeat first, then
    /// questions and answers, then fragments of the newest plan by turns.
    std::optional<core::Message> next();

    bool empty() const { return !heartbeat_ && exchange_.empty() && fragments_.empty(); }
    void clear();

private:
    void put_exchange(core::Message message);
    void put_fragment(core::PlanFragment fragment);

    std::optional<core::Heartbeat> heartbeat_;
    std::deque<core::Message> exchange_;
    std::map<std::uint16_t, core::PlanFragment> fragments_;  ///< all of one epoch
    std::uint16_t turn_ = 0;  ///< the fragment whose turn it is, or the next one after
};

}  // namespace cohort::link
