// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/view.hpp"

#include "ctl/base/duration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace cohort::ctl {
namespace {

using netlink::BucketState;

std::vector<std::string> vip_texts(const netlink::Cluster& cluster) {
    std::vector<std::string> texts;
    for (const Vip& vip : cluster.vips)
        texts.push_back(format_vip(vip));
    return texts;
}

constexpr std::array kHeld{BucketState::own, BucketState::drain, BucketState::adopt};

/// own, drain, adopt: as LIST strings.
void add_lists(Json& json, const netlink::BucketStates& states) {
    for (const BucketState state : kHeld)
        json[std::string(to_string(state))] = format_bucket_list(states.in_state(state));
}

void add_lists(Block& block, const netlink::BucketStates& states) {
    block.add("buckets", fmt::format("{}", states.states.size()));
    for (const BucketState state : kHeld) {
        const BucketList list = states.in_state(state);
        if (!list.empty())
            block.add(
                std::string(to_string(state)),
                fmt::format("{} ({} in all)", format_bucket_list(list), bucket_list_size(list)));
    }
}

/// The counters in the order of their listing.
struct Counter {
    const char* name;
    std::uint64_t netlink::Stats::*value;
};
constexpr std::array<Counter, 10> kCounters{{
    {"accepted", &netlink::Stats::accepted},
    {"foreign_dropped", &netlink::Stats::foreign_dropped},
    {"expired_dropped", &netlink::Stats::expired_dropped},
    {"drain_accepted", &netlink::Stats::drain_accepted},
    {"drain_dropped", &netlink::Stats::drain_dropped},
    {"adopt_accepted", &netlink::Stats::adopt_accepted},
    {"adopt_dropped", &netlink::Stats::adopt_dropped},
    {"malformed_dropped", &netlink::Stats::malformed_dropped},
    {"arp_rewritten", &netlink::Stats::arp_rewritten},
    {"nd_rewritten", &netlink::Stats::nd_rewritten},
}};

}  // namespace

Json lease_json(const netlink::Lease& lease) {
    return {{"state", to_string(lease.state)}, {"remaining_ms", lease.remaining.count()}};
}

std::string lease_text(const netlink::Lease& lease) {
    if (lease.state != netlink::LeaseState::valid)
        return std::string(to_string(lease.state));
    return fmt::format("valid for {} ms", lease.remaining.count());
}

Json cluster_json(const netlink::Cluster& cluster, const netlink::BucketStates& states) {
    Json json{
        {"name", cluster.name},
        {"dev", cluster.dev},
        {"vips", vip_texts(cluster)},
        {"hash", {{"mode", to_string(cluster.mode)}, {"function", to_string(cluster.function)}}},
        {"buckets", cluster.buckets},
        {"l2", to_string(cluster.l2)},
        {"mac", format_mac(cluster.mac)},
        {"epoch", states.epoch},
        {"lease", lease_json(states.lease)}};
    json["lease"]["length_ms"] = cluster.lease_length.count();
    add_lists(json, states);
    json["ifindex"] = cluster.ifindex;
    json["generation"] = states.generation;
    if (cluster.function == netlink::HashFunction::clusterip)
        json["hash"]["seed"] = cluster.seed;
    return json;
}

std::string cluster_text(const netlink::Cluster& cluster, const netlink::BucketStates& states) {
    Block block(cluster.name);
    block.add("device", cluster.ifindex ? cluster.dev : cluster.dev + " (gone: nothing is served)");
    block.add("VIPs", fmt::format("{}", fmt::join(vip_texts(cluster), ", ")));
    std::string hash = fmt::format("{}, {}", to_string(cluster.mode), to_string(cluster.function));
    if (cluster.function == netlink::HashFunction::clusterip)
        hash += fmt::format(" with seed {}", cluster.seed);
    block.add("hash", hash);
    block.add("L2", fmt::format("{}, {}", to_string(cluster.l2), format_mac(cluster.mac)));
    std::string lease = lease_text(states.lease);
    if (cluster.lease_length.count() != 0)
        lease += fmt::format(", of {}", format_duration(cluster.lease_length));
    block.add("lease", lease);
    block.add("epoch", fmt::format("{}", states.epoch));
    if (states.generation != 0)
        block.add("control", fmt::format("claimed, generation {}", states.generation));
    add_lists(block, states);
    return block.text();
}

Json states_json(const netlink::BucketStates& states) {
    Json json{{"name", states.name},
              {"buckets", states.states.size()},
              {"epoch", states.epoch},
              {"lease", lease_json(states.lease)}};
    add_lists(json, states);
    json["generation"] = states.generation;
    return json;
}

std::string states_text(const netlink::BucketStates& states) {
    Block block(states.name);
    block.add("epoch", fmt::format("{}", states.epoch));
    block.add("lease", lease_text(states.lease));
    add_lists(block, states);
    return block.text();
}

Json stats_json(const netlink::Stats& stats) {
    Json json{{"name", stats.name}};
    for (const auto& [name, value] : kCounters)
        json[name] = stats.*value;
    return json;
}

std::string stats_text(const netlink::Stats& stats) {
    std::vector<std::vector<std::string>> rows;
    rows.reserve(std::size(kCounters));
    for (const auto& [name, value] : kCounters)
        rows.push_back({"", name, fmt::format("{}", stats.*value)});
    return stats.name + "\n" + format_table(rows);
}

Json event_json(const netlink::Event& event, const std::string& time) {
    return {{"time", time},
            {"event", to_string(event.kind)},
            {"name", event.name},
            {"dev", event.dev},
            {"ifindex", event.ifindex},
            {"epoch", event.epoch},
            {"generation", event.generation},
            {"lease", lease_json(event.lease)}};
}

std::string event_text(const netlink::Event& event, const std::string& time) {
    return fmt::format("{}  {}  {}  epoch {}, lease {}\n", time, event.name, to_string(event.kind),
                       event.epoch, lease_text(event.lease));
}

}  // namespace cohort::ctl
