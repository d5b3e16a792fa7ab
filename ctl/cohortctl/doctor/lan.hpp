// SPDX-License-Identifier: GPL-2.0-or-later
//
// Asks the hosts of a LAN which of them have the VIPs.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortctl/doctor/facts.hpp"

#include <chrono>
#include <vector>

namespace cohort::ctl {

/// Asks three times within the first half of `patience`, and hears answers until
/// its end. Each claim is told once. Blocks; in the network namespace of the calling
/// thread; needs CAP_NET_RAW.
Result<std::vector<Claim>> ask_owners(const netlink::Device& device, const std::vector<Vip>& vips,
                                      std::chrono::milliseconds patience);

}  // namespace cohort::ctl
