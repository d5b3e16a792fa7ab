// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the service manager is told: datagrams to $NOTIFY_SOCKET (sd_notify(3)).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace cohort::shell {

/// Assignments such as "READY=1", one a line. Does nothing without a service
/// manager; never waits.
void notify(std::string_view state);

/// How often the manager wants to hear "WATCHDOG=1" at least, if at all.
std::optional<std::chrono::microseconds> watchdog_period();

}  // namespace cohort::shell
