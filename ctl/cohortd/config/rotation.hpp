// SPDX-License-Identifier: GPL-2.0-or-later
//
// How far a rotation of the frame keys is, and whether it may go on (section 9):
// (1) the new key is accepted on all nodes, (2) each node sends with it, (3) the
// old one is removed. Pure.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/core/machine.hpp"

#include <string>
#include <vector>

namespace cohort::config {

/// Why this node may not go from the running keys to the wanted ones while the
/// peers are as `view` has them: some live peer would drop this node's frames,
/// or this node its. It names the peer and what to do; empty: nothing is in
/// the way.
std::string keys_obstacle(const Config& running, const Config& wanted, const core::View& view);

/// Where this node and the live peers stand. The key that is new is the one
/// with the highest id.
struct Rotation {
    int stage = 0;                       ///< 1 to 3 as above; 0: there is one key
    std::vector<std::string> waits_for;  ///< names of the nodes that have to do this stage yet
    bool operator==(const Rotation&) const = default;
};
Rotation rotation(const Config& config, const core::View& view);

}  // namespace cohort::config
