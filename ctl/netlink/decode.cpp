// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/codec.hpp"

#include "cohort/limits.h"

#include <fmt/format.h>
#include <linux/cohort.h>
#include <netlink/genl/genl.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

namespace cohort::netlink {
namespace {

// The C++ enums are the kernel's numbers.
static_assert(static_cast<int>(HashMode::sourceip_sourceport_destport) ==
              COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT);
static_assert(static_cast<int>(HashFunction::clusterip) == COHORT_HASH_FUNCTION_CLUSTERIP);
static_assert(static_cast<int>(L2Mode::unicast) == COHORT_L2_MODE_UNICAST);
static_assert(static_cast<int>(BucketState::adopt) == COHORT_BUCKET_STATE_ADOPT);
static_assert(static_cast<int>(BucketState::drain) == COHORT_BUCKET_STATE_DRAIN);
static_assert(static_cast<int>(BucketState::own) == COHORT_BUCKET_STATE_OWN);
static_assert(static_cast<int>(LeaseState::expired) == COHORT_LEASE_STATE_EXPIRED);
static_assert(static_cast<int>(EventKind::control_claimed) == COHORT_EVENT_CONTROL_CLAIMED);

constexpr std::array<std::string_view, COHORT_A_MAX + 1> attribute_names() {
    std::array<std::string_view, COHORT_A_MAX + 1> names{};
    names[COHORT_A_NAME] = "name";
    names[COHORT_A_IFNAME] = "ifname";
    names[COHORT_A_IFINDEX] = "ifindex";
    names[COHORT_A_VIP] = "vip";
    names[COHORT_A_HASH_MODE] = "hash-mode";
    names[COHORT_A_HASH_FUNCTION] = "hash-function";
    names[COHORT_A_HASH_KEY] = "hash-key";
    names[COHORT_A_HASH_SEED] = "hash-seed";
    names[COHORT_A_BUCKETS] = "buckets";
    names[COHORT_A_L2_MODE] = "l2-mode";
    names[COHORT_A_MAC] = "mac";
    names[COHORT_A_LEASE_MS] = "lease-ms";
    names[COHORT_A_LEASE_STATE] = "lease-state";
    names[COHORT_A_DEADLINE] = "deadline";
    names[COHORT_A_REMAINING_MS] = "remaining-ms";
    names[COHORT_A_EPOCH] = "epoch";
    names[COHORT_A_GENERATION] = "generation";
    names[COHORT_A_STATES] = "states";
    names[COHORT_A_STATE] = "state";
    names[COHORT_A_MASK] = "mask";
    names[COHORT_A_STATS] = "stats";
    names[COHORT_A_EVENT] = "event";
    return names;
}

/// The attributes of a message or nest by number; the table is as long as the
/// longest set of the family. One of a wrong length counts as absent; what a
/// newer kernel adds is passed over.
class Attributes {
public:
    Attributes(nlattr* first, int length) {
        nlattr* attribute = nullptr;
        int rest = 0;
        nla_for_each_attr(attribute, first, length, rest) {
            if (nla_type(attribute) <= kMax)
                table_[static_cast<std::size_t>(nla_type(attribute))] = attribute;
        }
    }

    std::span<const std::uint8_t> bytes(int number) const {
        const nlattr* attribute = table_[static_cast<std::size_t>(number)];
        if (!attribute)
            return {};
        return {static_cast<const std::uint8_t*>(nla_data(attribute)),
                static_cast<std::size_t>(nla_len(attribute))};
    }

    template <class Number>
    std::optional<Number> number(int which) const {
        const auto data = bytes(which);
        Number value{};
        if (data.size() != sizeof(value))
            return std::nullopt;
        std::memcpy(&value, data.data(), sizeof(value));
        return value;
    }

    std::uint32_t u32(int which) const { return number<std::uint32_t>(which).value_or(0); }
    std::uint64_t u64(int which) const { return number<std::uint64_t>(which).value_or(0); }

    std::string text(int which) const {
        const auto data = bytes(which);
        const auto end = std::ranges::find(data, std::uint8_t{0});
        return {data.begin(), end};
    }

private:
    static constexpr int kMax = COHORT_A_MAX;
    static_assert(kMax >= COHORT_A_VIP_MAX && kMax >= COHORT_A_STATS_MAX);
    std::array<nlattr*, kMax + 1> table_{};
};

nlattr* first_attribute(const nlmsghdr* message) {
    return reinterpret_cast<nlattr*>(static_cast<char*>(nlmsg_data(message)) + GENL_HDRLEN);
}

int attributes_length(const nlmsghdr* message) {
    return std::max(0, nlmsg_datalen(message) - static_cast<int>(GENL_HDRLEN));
}

Attributes attributes_of(const nlmsghdr* message) {
    return {first_attribute(message), attributes_length(message)};
}

Error lacks(std::string_view what) {
    return {ErrorKind::refused,
            fmt::format("the kernel's answer lacks '{}': the loaded cohort module does not fit "
                        "this program",
                        what),
            0};
}

Lease lease_of(const Attributes& attributes) {
    return {static_cast<LeaseState>(attributes.u32(COHORT_A_LEASE_STATE)),
            BootInstant{static_cast<std::int64_t>(attributes.u64(COHORT_A_DEADLINE))},
            std::chrono::milliseconds{attributes.u32(COHORT_A_REMAINING_MS)}};
}

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> array_of(std::span<const std::uint8_t> bytes) {
    std::array<std::uint8_t, N> array;
    if (bytes.size() != N)
        return std::nullopt;
    std::ranges::copy(bytes, array.begin());
    return array;
}

std::optional<Vip> vip_of(nlattr* nest) {
    const Attributes vip(static_cast<nlattr*>(nla_data(nest)), nla_len(nest));
    const auto address = address_from_bytes(vip.bytes(COHORT_A_VIP_ADDRESS));
    if (!address)
        return std::nullopt;
    return Vip{*address, static_cast<std::uint8_t>(vip.u32(COHORT_A_VIP_PREFIX_LEN))};
}

std::vector<Vip> vips_of(const nlmsghdr* message) {
    std::vector<Vip> vips;
    nlattr* attribute = nullptr;
    int rest = 0;
    nla_for_each_attr(attribute, first_attribute(message), attributes_length(message), rest) {
        if (nla_type(attribute) != COHORT_A_VIP)
            continue;
        if (const auto vip = vip_of(attribute))
            vips.push_back(*vip);
    }
    return vips;
}

}  // namespace

std::uint8_t command_of(const nlmsghdr* message) {
    if (nlmsg_datalen(message) < static_cast<int>(GENL_HDRLEN))
        return 0;
    return static_cast<const genlmsghdr*>(nlmsg_data(message))->cmd;
}

std::string_view attribute_name(int attribute) {
    static constexpr auto kNames = attribute_names();
    return attribute > 0 && attribute <= COHORT_A_MAX ? kNames[static_cast<std::size_t>(attribute)]
                                                      : "";
}

Result<Cluster> decode_cluster(const nlmsghdr* message) {
    const Attributes attributes = attributes_of(message);
    const auto mac = array_of<6>(attributes.bytes(COHORT_A_MAC));
    Cluster cluster;
    cluster.name = attributes.text(COHORT_A_NAME);
    cluster.dev = attributes.text(COHORT_A_IFNAME);
    cluster.ifindex = attributes.u32(COHORT_A_IFINDEX);
    cluster.vips = vips_of(message);
    cluster.mode = static_cast<HashMode>(attributes.u32(COHORT_A_HASH_MODE));
    cluster.function = static_cast<HashFunction>(attributes.u32(COHORT_A_HASH_FUNCTION));
    if (const auto key = array_of<16>(attributes.bytes(COHORT_A_HASH_KEY)))
        cluster.key = SipKey(*key);
    cluster.seed = attributes.u32(COHORT_A_HASH_SEED);
    cluster.buckets = attributes.u32(COHORT_A_BUCKETS);
    cluster.l2 = static_cast<L2Mode>(attributes.u32(COHORT_A_L2_MODE));
    cluster.mac = mac.value_or(Mac{});
    cluster.lease_length = std::chrono::milliseconds{attributes.u32(COHORT_A_LEASE_MS)};
    cluster.lease = lease_of(attributes);
    cluster.epoch = attributes.u64(COHORT_A_EPOCH);
    cluster.generation = attributes.u32(COHORT_A_GENERATION);
    if (cluster.name.empty())
        return lacks("name");
    if (cluster.dev.empty())
        return lacks("ifname");
    if (cluster.vips.empty())
        return lacks("vip");
    if (cluster.buckets == 0)
        return lacks("buckets");
    if (!mac)
        return lacks("mac");
    return cluster;
}

Result<BucketStates> decode_states(const nlmsghdr* message) {
    const Attributes attributes = attributes_of(message);
    BucketStates states;
    states.name = attributes.text(COHORT_A_NAME);
    if (states.name.empty())
        return lacks("name");
    auto unpacked =
        unpack_states(attributes.bytes(COHORT_A_STATES), attributes.u32(COHORT_A_BUCKETS));
    if (!unpacked)
        return unpacked.error();
    states.states = std::move(*unpacked);
    states.epoch = attributes.u64(COHORT_A_EPOCH);
    states.generation = attributes.u32(COHORT_A_GENERATION);
    states.lease = lease_of(attributes);
    return states;
}

Result<Stats> decode_stats(const nlmsghdr* message) {
    const Attributes attributes = attributes_of(message);
    const std::span<const std::uint8_t> nest = attributes.bytes(COHORT_A_STATS);
    Stats stats;
    stats.name = attributes.text(COHORT_A_NAME);
    if (stats.name.empty())
        return lacks("name");
    if (nest.empty())
        return lacks("stats");
    const Attributes counters(reinterpret_cast<nlattr*>(const_cast<std::uint8_t*>(nest.data())),
                              static_cast<int>(nest.size()));
    stats.accepted = counters.u64(COHORT_A_STATS_ACCEPTED);
    stats.foreign_dropped = counters.u64(COHORT_A_STATS_FOREIGN_DROPPED);
    stats.expired_dropped = counters.u64(COHORT_A_STATS_EXPIRED_DROPPED);
    stats.drain_accepted = counters.u64(COHORT_A_STATS_DRAIN_ACCEPTED);
    stats.drain_dropped = counters.u64(COHORT_A_STATS_DRAIN_DROPPED);
    stats.adopt_accepted = counters.u64(COHORT_A_STATS_ADOPT_ACCEPTED);
    stats.adopt_dropped = counters.u64(COHORT_A_STATS_ADOPT_DROPPED);
    stats.malformed_dropped = counters.u64(COHORT_A_STATS_MALFORMED_DROPPED);
    stats.arp_rewritten = counters.u64(COHORT_A_STATS_ARP_REWRITTEN);
    stats.nd_rewritten = counters.u64(COHORT_A_STATS_ND_REWRITTEN);
    return stats;
}

Result<Event> decode_event(const nlmsghdr* message) {
    const Attributes attributes = attributes_of(message);
    const auto kind = attributes.number<std::uint32_t>(COHORT_A_EVENT);
    if (!kind)
        return lacks("event");
    Event event;
    event.kind = static_cast<EventKind>(*kind);
    event.name = attributes.text(COHORT_A_NAME);
    event.dev = attributes.text(COHORT_A_IFNAME);
    event.ifindex = attributes.u32(COHORT_A_IFINDEX);
    event.epoch = attributes.u64(COHORT_A_EPOCH);
    event.generation = attributes.u32(COHORT_A_GENERATION);
    event.lease = lease_of(attributes);
    if (event.name.empty())
        return lacks("name");
    return event;
}

Result<std::vector<BucketState>> unpack_states(std::span<const std::uint8_t> bytes,
                                               std::uint32_t count) {
    if (count == 0 || count > COHORT_BUCKETS_MAX || bytes.size() != cohort_states_len(count))
        return lacks("states");
    std::vector<BucketState> states(count);
    for (std::uint32_t bucket = 0; bucket < count; ++bucket)
        states[bucket] = static_cast<BucketState>(cohort_states_get(bytes.data(), bucket));
    return states;
}

}  // namespace cohort::netlink
