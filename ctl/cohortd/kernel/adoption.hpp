// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whether a cluster that the kernel already has may become ours.
#pragma once

#include "ctl/base/keyfile.hpp"
#include "ctl/base/result.hpp"
#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/core/machine.hpp"
#include "ctl/netlink/types.hpp"

#include <string>
#include <vector>

namespace cohort::kernel {

/// What cluster-new is asked for, for a configured address.
netlink::ClusterSpec spec_of(const config::Address& address, const ClusterKey& key,
                             core::Duration lease);

/// The first setting in which an existing cluster differs from the wanted one,
/// in words ("buckets 1024, not 4096"); empty if it can be taken over as it is.
std::string difference(const netlink::Cluster& existing, const netlink::ClusterSpec& wanted);

/// What this daemon deals out buckets of is still what it set up: the same addresses on
/// the same device, by the same hash.
bool same_service(const netlink::Cluster& now, const netlink::Cluster& before);

/// Any state but NONE, whatever the lease says.
bool holds_anything(const netlink::BucketStates& cluster);

/// What the kernel holds of all addresses together, as R14 wants to know it.
/// Deadlines of different clusters may differ by the instant at which a daemon
/// was killed: the earliest of those that hold anything counts for all.
core::KernelHeld merge(const std::vector<netlink::BucketStates>& clusters);

}  // namespace cohort::kernel
