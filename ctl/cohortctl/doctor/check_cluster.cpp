// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/checks.hpp"

#include <fmt/format.h>

namespace cohort::ctl {

Troubles check_lease(const Facts& facts) {
    if (facts.cluster.lease.state != netlink::LeaseState::expired)
        return {};
    if (facts.daemon)
        return {{Severity::error,
                 "its lease is over: this host serves nothing until cohortd may renew it",
                 {"cohortctl status"}}};
    return {{Severity::error,
             "its lease is over: this host serves nothing, and no cohortd runs that would renew it",
             {"systemctl start cohortd"}}};
}

Troubles check_peers(const Facts& facts) {
    Troubles troubles;
    for (const Difference& one : facts.differences)
        troubles.push_back({Severity::error,
                            fmt::format("{} differs in {}: {} here, {} there; neither serves "
                                        "beside the other until the files agree",
                                        one.node, one.setting, one.here, one.there),
                            {"cohortctl reload"}});
    for (const std::string& warning : facts.warnings)
        troubles.push_back({Severity::warning, "cohortd warns: " + warning, {}});
    return troubles;
}

Troubles check_owner(const Facts& facts) {
    if (facts.unasked)
        return {{Severity::warning,
                 "who else has the VIPs was not asked on the LAN: " + *facts.unasked,
                 {}}};
    Troubles troubles;
    for (const Claim& claim : facts.claims) {
        if (claim.mac == facts.cluster.mac)
            continue;  // another node
        troubles.push_back(
            {Severity::error,
             fmt::format("{} is answered for by {}, which is not the cluster's {}: another host on "
                         "the LAN has the address, or a node answers without the module",
                         format_address(claim.address), format_mac(claim.mac),
                         format_mac(facts.cluster.mac)),
             {}});
    }
    return troubles;
}

}  // namespace cohort::ctl
