// SPDX-License-Identifier: GPL-2.0-or-later
//
// Values in the words of Notes and refusals.
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <string>

namespace cohort::core {

/// "350 ms", "8.8 ms".
std::string text(Duration duration);

/// "7.1.89abcdef": counter, planner, first half of the digest.
std::string text(const EpochId& id);

/// "1 bucket", "2048 buckets".
std::string buckets_text(std::size_t count);

}  // namespace cohort::core
