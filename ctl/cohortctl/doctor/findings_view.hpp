// SPDX-License-Identifier: GPL-2.0-or-later
//
// Findings for people and as JSON.
#pragma once

#include "ctl/cohortctl/doctor/checks.hpp"
#include "ctl/cohortctl/output.hpp"

#include <string>
#include <vector>

namespace cohort::ctl {

/// The worst of them.
Severity worst_of(const std::vector<Finding>& findings);

/// {name, dev, result, findings: [{id, result, problem, mend}]}; all checks are in it.
Json findings_json(const netlink::Cluster& cluster, const std::vector<Finding>& findings);

/// A line a trouble, with what mends it indented below; or one that all is well.
std::string findings_text(const netlink::Cluster& cluster, const std::vector<Finding>& findings);

}  // namespace cohort::ctl
