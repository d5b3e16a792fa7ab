// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whole decimal numbers from text, whatever the locale.
#pragma once

#include "ctl/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace cohort {

/// All of the text as an unsigned decimal number: no sign, no space, no other
/// base. Nothing if it is not one or does not fit.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// The same within bounds; `what` names the value in the error's line.
Result<std::uint64_t> parse_number(std::string_view what, std::string_view text, std::uint64_t min,
                                   std::uint64_t max);

}  // namespace cohort
