// SPDX-License-Identifier: GPL-2.0-or-later
//
// Words of a line: as iptables-save quotes them, and for a shell.
#pragma once

#include "ctl/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cohort::ctl {

/// Parted by blanks; within double quotes blanks are part of the word, and a
/// backslash takes the next character as it is. A quote without an end is refused.
Result<std::vector<std::string>> split_words(std::string_view line);

/// The word so that a shell takes it for this one word and nothing else.
std::string quote_word(std::string_view word);

}  // namespace cohort::ctl
