// SPDX-License-Identifier: GPL-2.0-or-later
//
// What makes such a cluster fail in the field: one function a trouble, each over
// gathered facts alone.
#pragma once

#include "ctl/cohortctl/doctor/facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cohort::ctl {

enum class Severity { ok, warning, error };

/// "ok", "warning", "error"
std::string_view to_string(Severity severity);

struct Trouble {
    Severity severity = Severity::error;
    std::string problem;            ///< what is wrong, and what comes of it
    std::vector<std::string> mend;  ///< lines for a root's shell on this host; may be none
};

/// A trouble, or that a check found none: then without words.
struct Finding {
    std::string id;  ///< of the check; only ever added to
    Trouble trouble;
};

/// Every check, in the order of the list below; each gives at least one finding.
std::vector<Finding> examine(const Facts& facts);

using Troubles = std::vector<Trouble>;

// Of the device and what it is joined to.
Troubles check_device(const Facts& facts);
Troubles check_mtu(const Facts& facts);
Troubles check_vip(const Facts& facts);
Troubles check_dad(const Facts& facts);
Troubles check_mac_filter(const Facts& facts);
Troubles check_bridge(const Facts& facts);

// Of the host's settings.
Troubles check_rp_filter(const Facts& facts);
Troubles check_arp_ignore(const Facts& facts);
Troubles check_arp_announce(const Facts& facts);
Troubles check_arp_filter(const Facts& facts);
Troubles check_arp_neighbours(const Facts& facts);
Troubles check_drop_unicast(const Facts& facts);
Troubles check_clock(const Facts& facts);

// Of the cluster and the LAN.
Troubles check_lease(const Facts& facts);
Troubles check_peers(const Facts& facts);
Troubles check_owner(const Facts& facts);

}  // namespace cohort::ctl
