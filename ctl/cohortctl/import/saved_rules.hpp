// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where rules come from: a file, or this host.
#pragma once

#include "ctl/base/result.hpp"

#include <string>

namespace cohort::ctl {

/// A text and what to call it in messages.
struct SavedRules {
    std::string text;
    std::string source;
};

/// All of a file; "-" is standard input. At most 16 MiB.
Result<SavedRules> read_rules(const std::string& path);

/// What iptables-legacy-save prints, or iptables-save where there is none; in the
/// network namespace of the calling thread.
Result<SavedRules> ask_iptables();

}  // namespace cohort::ctl
