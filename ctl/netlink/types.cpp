// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/types.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <time.h>

#include <array>
#include <span>
#include <utility>

namespace cohort::netlink {
namespace {

using Words = std::span<const std::string_view>;

// Each in the order of its enum.
constexpr std::array<std::string_view, 3> kHashModes{"sourceip", "sourceip-sourceport",
                                                     "sourceip-sourceport-destport"};
constexpr std::array<std::string_view, 2> kHashFunctions{"siphash", "clusterip"};
constexpr std::array<std::string_view, 3> kL2Modes{"multicast", "igmp", "unicast"};
constexpr std::array<std::string_view, 4> kBucketStates{"none", "adopt", "drain", "own"};
constexpr std::array<std::string_view, 3> kLeaseStates{"static", "valid", "expired"};
constexpr std::array<std::string_view, 9> kEvents{
    "cluster-added",  "cluster-changed", "cluster-deleted", "buckets-changed", "lease-expired",
    "lease-restored", "device-gone",     "device-back",     "control-claimed"};

template <class Enum>
std::string_view word_of(Words words, Enum value) {
    const auto index = static_cast<std::size_t>(value);
    return index < words.size() ? words[index] : "unknown";
}

template <class Enum>
Result<Enum> value_of(std::string_view what, Words words, std::string_view text) {
    for (std::size_t index = 0; index < words.size(); ++index) {
        if (words[index] == text)
            return static_cast<Enum>(index);
    }
    return usage_error(fmt::format("{} '{}' is not one of {}", what, text, fmt::join(words, ", ")));
}

}  // namespace

std::string_view to_string(HashMode value) {
    return word_of(kHashModes, value);
}
std::string_view to_string(HashFunction value) {
    return word_of(kHashFunctions, value);
}
std::string_view to_string(L2Mode value) {
    return word_of(kL2Modes, value);
}
std::string_view to_string(BucketState value) {
    return word_of(kBucketStates, value);
}
std::string_view to_string(LeaseState value) {
    return word_of(kLeaseStates, value);
}
std::string_view to_string(EventKind value) {
    return word_of(kEvents, value);
}

Result<HashMode> parse_hash_mode(std::string_view text) {
    return value_of<HashMode>("hash mode", kHashModes, text);
}
Result<HashFunction> parse_hash_function(std::string_view text) {
    return value_of<HashFunction>("hash function", kHashFunctions, text);
}
Result<L2Mode> parse_l2_mode(std::string_view text) {
    return value_of<L2Mode>("L2 mode", kL2Modes, text);
}

BootInstant boot_now() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

BucketList BucketStates::in_state(BucketState state) const {
    return collect_buckets(static_cast<std::uint32_t>(states.size()),
                           [&](std::uint32_t bucket) { return states[bucket] == state; });
}

}  // namespace cohort::netlink
