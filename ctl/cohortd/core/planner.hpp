// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who should own which bucket: the fewest moves to a balanced assignment.
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace cohort::core {

/// A contender as the planner sees it.
struct Share {
    NodeId id = kNobody;
    unsigned home = 1;    ///< weight in the configuration
    unsigned weight = 1;  ///< weight now; 0: gets nothing
    bool operator==(const Share&) const = default;
};

/// How many buckets each node is due: largest remainder of the weights, so each
/// is within one of its ideal share. Equal remainders go to the node that owns
/// more already, which spares a move, then to the lower id. `owned` and the
/// result go by index of `shares`; with all weights zero everybody gets 0.
std::vector<std::size_t> quotas(std::span<const Share> shares, std::span<const std::size_t> owned,
                                std::size_t buckets);

/// The owner of each bucket when all are there: each address is cut into one
/// run a node, in proportion to the home weights. Where several choices cost the
/// same number of moves the planner makes the one that leads back to this, so
/// lists of buckets stay short and every address stays balanced.
std::vector<NodeId> home_owners(std::span<const Share> shares, std::span<const std::size_t> groups);

/// The next owners. A node keeps what it has up to its quota; only orphaned
/// buckets (nobody's, or of a node with weight 0 or unknown) and surplus ones
/// move. With all weights zero nothing changes. `shares` ascend by id; `groups`
/// sum up to the number of buckets.
std::vector<NodeId> assign(const std::vector<NodeId>& current, std::span<const Share> shares,
                           std::span<const std::size_t> groups);

/// Buckets whose owner differs.
std::size_t moved(const std::vector<NodeId>& from, const std::vector<NodeId>& to);

}  // namespace cohort::core
