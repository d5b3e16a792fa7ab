// SPDX-License-Identifier: GPL-2.0-or-later
//
// The status of cohortd for people.
#pragma once

#include "ctl/cohortctl/output.hpp"

#include <string>

namespace cohort::ctl {

/// Tables of nodes, links and addresses. A key that is missing or null, as a
/// younger or older cohortd may have it, shows as "-".
std::string status_text(const Json& status);

}  // namespace cohort::ctl
