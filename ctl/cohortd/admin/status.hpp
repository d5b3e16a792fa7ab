// SPDX-License-Identifier: GPL-2.0-or-later
//
// The status as JSON. Keys are only ever added.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/core/machine.hpp"
#include "ctl/cohortd/link/link_set.hpp"

#include <nlohmann/json_fwd.hpp>

namespace cohort::admin {

/// Everything that the status shows, at one moment.
struct Moment {
    const config::Config& config;
    const core::Machine& machine;
    const link::LinkSet& links;
    core::Time now;
};

nlohmann::json status(const Moment& moment);

/// The state of a link as seen from here: "up", "silent" (open, but the peer
/// was not heard on it within `detect`) or "down" (not open).
std::string_view link_state(bool open, const link::Path& path, core::Time now,
                            core::Duration detect);

std::string_view to_string(core::NodeState state);

}  // namespace cohort::admin
