// SPDX-License-Identifier: GPL-2.0-or-later
//
// The cohortctl commands that stand for what the CLUSTERIP target kept.
#pragma once

#include "ctl/cohortctl/cluster_options.hpp"
#include "ctl/cohortctl/import/clusterip_rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cohort::ctl {

/// "clusterip-10-0-0-50"
std::string imported_name(const OldCluster& old);

/// The buckets that this host's nodes are, as LIST: "0,2".
std::string imported_buckets(const OldCluster& old);

/// The options of `cluster add` that make it.
ClusterOptions imported_options(const OldCluster& old);

/// Lines for a shell, in the order that leaves no packet unanswered for longer
/// than it takes to run them: the cluster, its buckets, and last the removal of
/// the old rules. `netns` as for cohortctl.
std::vector<std::string> import_commands(const OldCluster& old,
                                         const std::optional<std::string>& netns);

}  // namespace cohort::ctl
