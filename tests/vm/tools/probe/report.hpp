// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a probe has seen, as JSON. Times are milliseconds, fractions allowed.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/vm/tools/probe/stream.hpp"

namespace cohort::testbed {

/// {udp: {…}, tcp: {…}, connects: {…}, events: [{name, at_ms, for_ms, udp, tcp, connects}]}
nlohmann::json stream_report(const Stream& stream);

/// A report as lines "PATH VALUE" for shell scripts, events by their names:
/// "udp/asked 2000", "events/killed/udp/by_owner/1/unanswered 0". Without the
/// empty and the absent.
std::string flat(nlohmann::json report);

/// The present moment, for a display: {live: {…}}.
nlohmann::json live_report(const Stream& stream, Time now);

}  // namespace cohort::testbed
