// SPDX-License-Identifier: GPL-2.0-or-later
//
// What must come back once nothing fails any more, and by when (section 10).
#pragma once

#include "tests/sim/world.hpp"

#include <optional>
#include <string>

namespace cohort::sim {

/// Section 10's liveness, from a moment on at which everything works or is dead
/// for good.
struct LivenessBound {
    Duration served;    ///< until all is served again, while a quorum lives
    Duration balanced;  ///< until each node has its share, while all live
};
LivenessBound liveness_bound(const core::MachineConfig& config, const Network& network);

/// Each node has its weighted share, within one bucket.
bool balanced(const core::Plan& plan, const core::MachineConfig& config);

/// Ends all faults, sometimes with some dead that need not live, and looks
/// whether the cluster comes back within the bounds and stays at rest. What it
/// finds wrong, if anything.
std::optional<std::string> check_peace(World& world);

}  // namespace cohort::sim
