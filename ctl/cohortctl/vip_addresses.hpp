// SPDX-License-Identifier: GPL-2.0-or-later
//
// The addresses of a cluster on its device: all of them, or as they were.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/netlink/address.hpp"

#include <string>
#include <vector>

namespace cohort::ctl {

/// Where addresses belong.
struct Placement {
    std::string dev;
    std::vector<Vip> vips;
};

/// Adds the VIPs to the device. On an error those that it added are removed
/// again.
Result<void> place_addresses(netlink::AddressClient& client, const Placement& to);

/// Removes those of the VIPs that bear our mark, and tells which. On an error
/// those that it removed are put back.
Result<std::vector<Vip>> remove_addresses(netlink::AddressClient& client, const Placement& from);

/// Adds what is new, then removes what is no longer wanted. On an error while
/// adding, nothing has changed.
Result<void> move_addresses(netlink::AddressClient& client, const Placement& from,
                            const Placement& to);

}  // namespace cohort::ctl
