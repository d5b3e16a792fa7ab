// SPDX-License-Identifier: GPL-2.0-or-later
//
// The vocabulary of the ownership protocol: pure values, no I/O, no clock.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <vector>

namespace cohort::core {

/// Tag of CLOCK_BOOTTIME, which counts suspended time (assumption A1). It has
/// no now(): time is always an argument.
struct BootClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;
};
using Duration = BootClock::duration;
using Time = BootClock::time_point;

/// 1..64, as in the configuration; 0 is nobody.
using NodeId = std::uint8_t;
inline constexpr NodeId kNobody = 0;
inline constexpr NodeId kMaxNodeId = 64;

/// Bit of a node in a clear bitmap (R9).
constexpr std::uint64_t node_bit(NodeId id) {
    return std::uint64_t{1} << (id - 1);
}

/// The rights over a bucket; the values are the kernel's (cohort.h, bucket-state).
enum class Rights : std::uint8_t { none = 0, fresh = 1, old = 2, both = 3 };

/// R2. Ordered lexicographically; two different plans never share an id.
struct EpochId {
    std::uint64_t counter = 0;
    NodeId planner = kNobody;
    std::uint64_t digest = 0;
    auto operator<=>(const EpochId&) const = default;
};

/// Who holds which right at one epoch. The buckets of all addresses stand in
/// one row, in the configuration's order of addresses.
struct Plan {
    EpochId id;
    std::uint64_t config_digest = 0;
    std::vector<NodeId> fresh;  ///< right N, by bucket; kNobody: none
    std::vector<NodeId> old;    ///< right O, by bucket; same length
    bool operator==(const Plan&) const = default;

    /// The rights that this plan gives to a node over a bucket.
    Rights rights(NodeId node, std::size_t bucket) const {
        return static_cast<Rights>((fresh[bucket] == node ? 1 : 0) | (old[bucket] == node ? 2 : 0));
    }
};

}  // namespace cohort::core
