// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `doctor` knows of this host and of one cluster when it judges.
#pragma once

#include "ctl/netlink/address.hpp"
#include "ctl/netlink/device.hpp"
#include "ctl/netlink/types.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cohort::ctl {

/// A setting in which a node differs, in the words of cohortd's status.
struct Difference {
    std::string node;
    std::string setting;
    std::string here;
    std::string there;
};

/// Somebody on the LAN who says that an address is his.
struct Claim {
    IpAddress address;
    Mac mac{};
    bool operator==(const Claim&) const = default;
};

struct Facts {
    netlink::Cluster cluster;
    std::vector<netlink::Device> devices;         ///< all of the namespace
    std::vector<netlink::HeldAddress> addresses;  ///< of all of them
    std::vector<Mac> filter;                      ///< of the cluster's device

    /// By "ipv4.eth0.rp_filter", as net.FAMILY.conf.DEVICE.NAME; what the kernel
    /// does not have is absent.
    std::map<std::string, long, std::less<>> settings;
    std::vector<std::string> default_devices;  ///< of IPv4 default routes

    std::string clock;                ///< the clock source; empty: not told
    std::vector<std::string> clocks;  ///< that the kernel would take

    bool daemon = false;  ///< cohortd answers
    std::vector<Difference> differences;
    std::vector<std::string> warnings;  ///< cohortd's own

    std::vector<Claim> claims;           ///< of a VIP, by other hosts; nodes' own too
    std::optional<std::string> unasked;  ///< why the LAN was not asked, if so
};

/// The cluster's device, or nullptr if it is gone.
const netlink::Device* device_of(const Facts& facts);

/// Whether the cluster has a VIP of the family.
bool has_family(const Facts& facts, Family family);

/// Of net.FAMILY.conf.DEVICE.NAME; 0 if the kernel has none.
long setting(const Facts& facts, std::string_view family, std::string_view device,
             std::string_view name);

/// What the kernel goes by where the greater of "all" and the device's own counts.
long effective(const Facts& facts, std::string_view family, std::string_view device,
               std::string_view name);

}  // namespace cohort::ctl
