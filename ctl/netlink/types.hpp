// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the family `cohort` speaks of, as values. The numbers of the enums are
// the kernel's (linux/cohort.h); codec.cpp holds them to it.
#pragma once

#include "ctl/base/address.hpp"
#include "ctl/base/bucket_list.hpp"
#include "ctl/base/keyfile.hpp"
#include "ctl/base/mac.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::netlink {

enum class HashMode : std::uint32_t { sourceip, sourceip_sourceport, sourceip_sourceport_destport };
enum class HashFunction : std::uint32_t { siphash, clusterip };
enum class L2Mode : std::uint32_t { multicast, igmp, unicast };
/// A bit set: 1 serves new flows, 2 serves the flows that came before.
enum class BucketState : std::uint8_t { none = 0, adopt = 1, drain = 2, own = 3 };
enum class LeaseState : std::uint32_t { fixed, valid, expired };
enum class EventKind : std::uint32_t {
    cluster_added,
    cluster_changed,
    cluster_deleted,
    buckets_changed,
    lease_expired,
    lease_restored,
    device_gone,
    device_back,
    control_claimed
};

/// The words of design and command line: "sourceip-sourceport", "static",
/// "buckets-changed". A number that this program does not know is "unknown".
std::string_view to_string(HashMode value);
std::string_view to_string(HashFunction value);
std::string_view to_string(L2Mode value);
std::string_view to_string(BucketState value);
std::string_view to_string(LeaseState value);
std::string_view to_string(EventKind value);

/// The reverse; the error names the words that would be right.
Result<HashMode> parse_hash_mode(std::string_view text);
Result<HashFunction> parse_hash_function(std::string_view text);
Result<L2Mode> parse_l2_mode(std::string_view text);

/// An instant of CLOCK_BOOTTIME, in nanoseconds since boot.
using BootInstant = std::chrono::nanoseconds;
BootInstant boot_now();

struct Lease {
    LeaseState state = LeaseState::fixed;
    BootInstant deadline{};                 ///< nothing is served from here on; 0 if static
    std::chrono::milliseconds remaining{};  ///< rounded down; 0 once expired, and if static
    bool operator==(const Lease&) const = default;
};

/// What cluster-new and cluster-set take; what is absent is not sent.
struct ClusterSpec {
    std::string name;
    std::optional<std::string> dev;
    std::vector<Vip> vips;  ///< replaced as a whole; empty: not sent
    std::optional<HashMode> mode;
    std::optional<HashFunction> function;
    std::optional<SipKey> key;          ///< of siphash
    std::optional<std::uint32_t> seed;  ///< of clusterip
    std::optional<std::uint32_t> buckets;
    std::optional<L2Mode> l2;
    std::optional<Mac> mac;  ///< absent in cluster-new: derived from the first VIP
    std::optional<std::chrono::milliseconds> lease;  ///< default length; 0: static
    std::optional<std::uint32_t> generation;         ///< of cluster-set, once control is claimed
};

struct Cluster {
    std::string name;
    std::string dev;
    std::uint32_t ifindex = 0;  ///< 0 while the device is gone
    std::vector<Vip> vips;
    HashMode mode{};
    HashFunction function{};
    std::optional<SipKey> key;  ///< told only to CAP_NET_ADMIN, and only for siphash
    std::uint32_t seed = 0;     ///< of clusterip
    std::uint32_t buckets = 0;
    L2Mode l2{};
    Mac mac{};
    std::chrono::milliseconds lease_length{};  ///< 0: static
    Lease lease;
    std::uint64_t epoch = 0;
    std::uint32_t generation = 0;
};

/// The states of all buckets with what holds them.
struct BucketStates {
    std::string name;
    std::vector<BucketState> states;  ///< by bucket; as many as the cluster has
    std::uint64_t epoch = 0;
    std::uint32_t generation = 0;
    Lease lease;

    /// The buckets in exactly that state.
    BucketList in_state(BucketState state) const;
};

/// What bucket-set takes. The count of states must be the cluster's.
struct BucketUpdate {
    std::string name;
    std::uint64_t epoch = 0;
    std::vector<BucketState> states;
    std::optional<std::uint32_t> generation;  ///< required once control is claimed
    std::optional<BootInstant> deadline;      ///< absent: now + the cluster's lease length
};

/// What bucket-change takes: one state for the named buckets.
struct BucketChange {
    std::string name;
    BucketState state{};
    BucketList buckets;
    std::uint32_t count = 0;  ///< of all buckets of the cluster
    std::optional<std::uint32_t> generation;
};

/// What lease-renew takes.
struct LeaseRenewal {
    std::string name;
    std::optional<std::uint64_t> epoch;  ///< if given, must be the cluster's
    std::optional<std::uint32_t> generation;
    std::optional<BootInstant> deadline;  ///< absent: now + the cluster's lease length
};

/// Packets, since the cluster was added.
struct Stats {
    std::string name;
    std::uint64_t accepted = 0;
    std::uint64_t foreign_dropped = 0;
    std::uint64_t expired_dropped = 0;
    std::uint64_t drain_accepted = 0;
    std::uint64_t drain_dropped = 0;
    std::uint64_t adopt_accepted = 0;
    std::uint64_t adopt_dropped = 0;
    std::uint64_t malformed_dropped = 0;
    std::uint64_t arp_rewritten = 0;
    std::uint64_t nd_rewritten = 0;
};

/// A notification: the reason, and the cluster right after it.
struct Event {
    EventKind kind{};
    std::string name;
    std::string dev;
    std::uint32_t ifindex = 0;
    std::uint64_t epoch = 0;
    std::uint32_t generation = 0;
    Lease lease;
};

}  // namespace cohort::netlink
