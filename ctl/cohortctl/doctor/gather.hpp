// SPDX-License-Identifier: GPL-2.0-or-later
//
// Gets the facts from the kernel, cohortd and the LAN.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortctl/doctor/facts.hpp"
#include "ctl/cohortctl/session.hpp"

#include <string_view>
#include <vector>

namespace cohort::ctl {

/// All but what is of a cluster alone, which fill_in() adds.
Result<Facts> gather_host(const Session& session);

/// The cluster, its device's filter, and who on the LAN has its VIPs. That last one
/// takes a second.
Result<void> fill_in(Facts& facts, const netlink::Cluster& cluster, const Session& session);

/// Devices of default routes in the text of /proc/net/route.
std::vector<std::string> default_devices(std::string_view routes);

}  // namespace cohort::ctl
