// SPDX-License-Identifier: GPL-2.0-or-later
//
// From single questions to what an event did to clients.
#pragma once

#include "tests/vm/tools/probe/ledger.hpp"

#include <string>

namespace cohort::testbed {

/// Something happened to the cluster; its event lasts until the next mark.
struct Mark {
    std::string name;
    Time at;
};

/// The flows that one node served when the event began.
struct OwnerView {
    std::size_t flows = 0;
    std::uint64_t asked = 0;
    std::uint64_t unanswered = 0;
    std::size_t dark_flows = 0;
    Duration longest{};
};

/// What the event did. A blackout of a flow is the time from the sending of
/// the first question without an answer to that of the first with one again;
/// it belongs to the event in which it began. Of a flow that had several, the
/// longest counts.
struct EventView {
    std::string name;
    Time at;
    Time until;
    std::uint64_t asked = 0;
    std::uint64_t unanswered = 0;
    std::uint64_t twice = 0;
    /// The sending, from the mark, of the first and the last question answered by two nodes.
    std::optional<Duration> first_twice, last_twice;
    std::vector<Duration> blackouts;          ///< one a dark flow, ascending
    std::size_t still_dark = 0;               ///< flows dark when the run ended
    std::optional<Duration> last_unanswered;  ///< its sending, from the mark
    /// The sending, from the mark, of the last question that each node answered.
    std::map<NodeId, Duration> last_answered;
    std::size_t moved = 0;                 ///< flows with another owner at the event's end
    std::map<NodeId, OwnerView> by_owner;  ///< 0: flows that none had answered
};

/// One view a mark, in their order. `end` is when the last question was sent.
std::vector<EventView> analyse(const std::vector<Question>& questions, std::size_t flows,
                               const std::vector<Mark>& marks, Time end, Duration timeout);

}  // namespace cohort::testbed
