// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the switch is told while it runs, a line a command:
//
//   cut PLUG, heal PLUG               both directions; heal removes all faults
//   set PLUG from|to FAULT=VALUE…     cut=0|1, drop, duplicate, corrupt (percent),
//                                     delay, jitter (milliseconds); others stay
//   partition LAN A,B C,D…            frames pass within a side only
//   unite LAN
//   filter LAN udp PORT, unfilter LAN udp PORT
//   inject PLUG HEX                   the machine receives these bytes
//   noise PLUG N                      the machine receives N random bytes
//   count
//
// A plug is NET.MACHINE. "from" is what the machine sends, "to" what it receives.
#pragma once

#include "tests/vm/tools/switch/network.hpp"

#include <string>

namespace cohort::testbed {

/// Carries out one line. Returns the lines of the reply; the last is "ok", or
/// "error: …" with what was expected, in which case nothing was changed.
std::vector<std::string> obey(Network& network, const std::string& line);

}  // namespace cohort::testbed
