// SPDX-License-Identifier: GPL-2.0-or-later
//
// How values of the family look, for people and as JSON. Keys of the JSON are
// only ever added.
#pragma once

#include "ctl/cohortctl/output.hpp"
#include "ctl/netlink/types.hpp"

#include <string>

namespace cohort::ctl {

/// {state, remaining_ms}
Json lease_json(const netlink::Lease& lease);
/// "static", "valid for 950 ms", "expired"
std::string lease_text(const netlink::Lease& lease);

/// A cluster with its buckets. Epoch and lease are those of the states, so
/// that what is shown together was true together.
Json cluster_json(const netlink::Cluster& cluster, const netlink::BucketStates& states);
std::string cluster_text(const netlink::Cluster& cluster, const netlink::BucketStates& states);

Json states_json(const netlink::BucketStates& states);
std::string states_text(const netlink::BucketStates& states);

Json stats_json(const netlink::Stats& stats);
std::string stats_text(const netlink::Stats& stats);

Json event_json(const netlink::Event& event, const std::string& time);
std::string event_text(const netlink::Event& event, const std::string& time);

}  // namespace cohort::ctl
