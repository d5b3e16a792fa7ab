// SPDX-License-Identifier: GPL-2.0-or-later
//
// Lines on standard error, with a journal's priorities unless a person reads
// them. Never waits: a log that is not read must not stop heartbeats.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace cohort::shell {

/// The values are syslog's.
enum class Level : int { alert = 1, error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

/// Levels above `least` are left out; `info` at start.
void set_log_level(Level least);

/// Writes one line; what breaks lines in `text` is blanked.
void log_line(Level level, std::string_view text);

template <class... Args>
void log(Level level, fmt::format_string<Args...> format, Args&&... args) {
    log_line(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace cohort::shell
