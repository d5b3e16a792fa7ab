// SPDX-License-Identifier: GPL-2.0-or-later
//
// The weakened rules by name, for the command line and the mutation tests.
#pragma once

#include "tests/sim/scenario.hpp"

#include <string>
#include <string_view>

namespace cohort::sim {

/// Weakens one rule for all runs from now on; "none" restores them all. False
/// if this program has no such switch.
bool weaken(std::string_view name, ScenarioOptions& options);

/// The names, in one line.
std::string weakenings();

}  // namespace cohort::sim
