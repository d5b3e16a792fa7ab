// SPDX-License-Identifier: GPL-2.0-or-later
//
// Names of clusters.
#pragma once

#include "ctl/base/result.hpp"

#include <string_view>

namespace cohort {

/// 1..31 of a-z 0-9 - _, as the kernel takes them.
Result<void> check_cluster_name(std::string_view name);

}  // namespace cohort
