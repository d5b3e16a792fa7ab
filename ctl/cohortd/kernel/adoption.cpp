// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/kernel/adoption.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

namespace cohort::kernel {
namespace {

using netlink::BucketState;
using netlink::HashFunction;

bool same_key(const std::optional<SipKey>& a, const std::optional<SipKey>& b) {
    return a && b && sodium_memcmp(a->bytes().data(), b->bytes().data(), a->bytes().size()) == 0;
}

}  // namespace

netlink::ClusterSpec spec_of(const config::Address& address, const ClusterKey& key,
                             core::Duration lease) {
    netlink::ClusterSpec spec;
    spec.name = address.name;
    spec.dev = address.dev;
    spec.vips = address.vips;
    spec.mode = address.hash;
    spec.function = address.function;
    if (address.function == HashFunction::siphash)
        spec.key = key.siphash_key(address.name);
    else
        spec.seed = address.seed;
    spec.buckets = address.buckets;
    spec.l2 = address.l2;
    spec.mac = address.mac;
    spec.lease = std::chrono::ceil<std::chrono::milliseconds>(lease);
    return spec;
}

std::string difference(const netlink::Cluster& existing, const netlink::ClusterSpec& wanted) {
    if (existing.dev != *wanted.dev)
        return fmt::format("dev {}, not {}", existing.dev, *wanted.dev);
    if (existing.vips != wanted.vips)
        return "other VIPs";
    if (existing.mode != *wanted.mode)
        return fmt::format("hash {}, not {}", to_string(existing.mode), to_string(*wanted.mode));
    if (existing.function != *wanted.function)
        return fmt::format("function {}, not {}", to_string(existing.function),
                           to_string(*wanted.function));
    if (wanted.seed && existing.seed != *wanted.seed)
        return fmt::format("seed {}, not {}", existing.seed, *wanted.seed);
    if (wanted.key && !same_key(existing.key, wanted.key))
        return "another hash key";
    if (existing.buckets != *wanted.buckets)
        return fmt::format("{} buckets, not {}", existing.buckets, *wanted.buckets);
    if (existing.l2 != *wanted.l2)
        return fmt::format("l2 {}, not {}", to_string(existing.l2), to_string(*wanted.l2));
    if (wanted.mac && existing.mac != *wanted.mac)
        return fmt::format("mac {}, not {}", format_mac(existing.mac), format_mac(*wanted.mac));
    return "";
}

bool same_service(const netlink::Cluster& now, const netlink::Cluster& before) {
    const bool keyed = before.function == HashFunction::siphash;
    return now.dev == before.dev && now.vips == before.vips && now.mode == before.mode &&
           now.function == before.function && now.buckets == before.buckets &&
           (keyed ? same_key(now.key, before.key) : now.seed == before.seed);
}

bool holds_anything(const netlink::BucketStates& cluster) {
    return std::ranges::any_of(cluster.states,
                               [](BucketState state) { return state != BucketState::none; });
}

core::KernelHeld merge(const std::vector<netlink::BucketStates>& clusters) {
    core::KernelHeld held;
    bool first = true;
    for (const netlink::BucketStates& cluster : clusters) {
        for (BucketState state : cluster.states)
            held.states.push_back(static_cast<core::Rights>(state));
        if (!holds_anything(cluster))
            continue;
        const core::Time deadline{cluster.lease.deadline};
        held.epoch_counter = first ? cluster.epoch : std::min(held.epoch_counter, cluster.epoch);
        held.deadline = first ? deadline : std::min(held.deadline, deadline);
        first = false;
    }
    // Nothing is held: the highest epoch is what may not be undercut.
    if (first) {
        for (const netlink::BucketStates& cluster : clusters)
            held.epoch_counter = std::max(held.epoch_counter, cluster.epoch);
    }
    return held;
}

}  // namespace cohort::kernel
