// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/checks.hpp"

#include <array>

namespace cohort::ctl {
namespace {

struct Check {
    const char* id;
    Troubles (*look)(const Facts& facts);
};

constexpr std::array<Check, 16> kChecks{{
    {"device", check_device},
    {"mtu", check_mtu},
    {"vip", check_vip},
    {"dad", check_dad},
    {"mac-filter", check_mac_filter},
    {"bridge", check_bridge},
    {"rp-filter", check_rp_filter},
    {"arp-ignore", check_arp_ignore},
    {"arp-announce", check_arp_announce},
    {"arp-filter", check_arp_filter},
    {"arp-neighbours", check_arp_neighbours},
    {"drop-unicast", check_drop_unicast},
    {"clock", check_clock},
    {"lease", check_lease},
    {"peers", check_peers},
    {"owner", check_owner},
}};

}  // namespace

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return "ok";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "unknown";
}

std::vector<Finding> examine(const Facts& facts) {
    std::vector<Finding> findings;
    for (const Check& check : kChecks) {
        Troubles troubles = check.look(facts);
        if (troubles.empty())
            findings.push_back({check.id, {Severity::ok, "", {}}});
        for (Trouble& trouble : troubles)
            findings.push_back({check.id, std::move(trouble)});
    }
    return findings;
}

}  // namespace cohort::ctl
