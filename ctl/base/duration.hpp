// SPDX-License-Identifier: GPL-2.0-or-later
//
// Durations as configuration and command lines write them.
#pragma once

#include "ctl/base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace cohort {

/// A decimal number, fractions allowed, with a unit of us, ms, s, m or h:
/// "250ms", "1s", "1.5s". "0" alone needs no unit. Never negative; at most
/// 1000 h; finer than a nanosecond is refused.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// The same, for what the kernel keeps in milliseconds: finer is refused.
Result<std::chrono::milliseconds> parse_milliseconds(std::string_view text);

/// In the largest unit that writes it without a fraction: "1500ms", "2s".
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace cohort
