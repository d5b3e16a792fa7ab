// SPDX-License-Identifier: GPL-2.0-or-later
//
// What to say to the machines around the nodes, so that every node gets every
// frame, and routers find the VIPs.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/netlink/types.hpp"

#include <string>
#include <string_view>

namespace cohort::ctl {

/// Lines for `machine`: cisco, linux-bridge or linux-router. Words in capitals stand
/// for what only the administrator knows; lines of comment say which.
Result<std::string> recipe(std::string_view machine, const netlink::Cluster& cluster);

}  // namespace cohort::ctl
