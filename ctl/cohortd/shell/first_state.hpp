// SPDX-License-Identifier: GPL-2.0-or-later
//
// The accepted epoch that a node starts with, and where there is none (R15).
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/core/types.hpp"
#include "ctl/cohortd/state/directory.hpp"

namespace cohort::shell {

/// Whose record the directory is to hold.
state::Owner owner_of(const config::Config& config);

/// The durable plan. An empty directory is a new node's where there are two
/// voters: then every quorum holds the peer or this node alone, whose kernel is
/// cleared. With more voters what was lost with it may be a promise that others
/// still rest on, so nothing but init_state() makes the first record.
Result<state::Accepted> load_first_plan(const config::Config& config,
                                        const state::Directory& directory);

/// `cohortd --init`: the first record, of epoch 0. One that is there is only
/// replaced if `force`; a running daemon's directory is refused.
Result<void> init_state(const config::Config& config, bool force);

}  // namespace cohort::shell
