// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/config/config.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <iterator>

namespace cohort::config {
namespace {

/// One line a fact. Whatever is added later must change the text only when it
/// is used, or nodes of different versions stop agreeing.
std::string canonical(const Config& config) {
    std::string text;
    auto line = std::back_inserter(text);
    fmt::format_to(line, "cohort 1\ncluster {}\n", config.cluster);
    for (const Node& node : config.nodes)
        fmt::format_to(line, "node {} votes {}{}\n", node.id, votes_of(config, node),
                       node.witness ? " witness" : "");
    fmt::format_to(line, "quorum {}\nheartbeat {}\nlease {}\n", to_string(config.mode),
                   config.heartbeat.count(), config.lease.count());
    for (const Address& address : config.addresses) {
        fmt::format_to(line, "address {} hash {} function {} seed {} buckets {} l2 {} mac {}\n",
                       address.name, to_string(address.hash), to_string(address.function),
                       address.seed, address.buckets, to_string(address.l2),
                       address.mac ? format_mac(*address.mac) : "auto");
        for (const Vip& vip : address.vips)
            fmt::format_to(line, "vip {}\n", format_vip(vip));
    }
    return text;
}

}  // namespace

std::uint64_t config_digest(const Config& config) {
    const std::string text = canonical(config);
    std::array<unsigned char, crypto_generichash_BYTES_MIN> hash;
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr,
                       0);
    std::uint64_t digest = 0;
    for (std::size_t i = sizeof digest; i-- > 0;)
        digest = digest << 8 | hash[i];
    return digest;
}

bool is_node_change(const Config& running, const Config& wanted) {
    Config as_wanted = running;
    as_wanted.nodes = wanted.nodes;
    const auto is_new = [](const Config& config, const Node& node) {
        return std::ranges::find(config.nodes, node.id, &Node::id) == config.nodes.end();
    };
    const auto added = std::ranges::count_if(
        wanted.nodes, [&](const Node& node) { return is_new(running, node); });
    const auto removed = std::ranges::count_if(
        running.nodes, [&](const Node& node) { return is_new(wanted, node); });
    return added + removed == 1 && config_digest(as_wanted) == config_digest(wanted);
}

std::string needs_restart(const Config& running, const Config& wanted) {
    const bool node_change = is_node_change(running, wanted);
    if (config_digest(running) != config_digest(wanted) && !node_change)
        return "what all nodes must agree on (cluster name, nodes, addresses, timing, quorum)";
    if (running.node != wanted.node)
        return "[cluster] node";
    if (running.state_dir != wanted.state_dir)
        return "[cluster] state_dir";
    if (sodium_memcmp(running.key->frame_key().bytes().data(),
                      wanted.key->frame_key().bytes().data(), 32) != 0)
        return "the content of [cluster] key_file, which keys the hash";
    for (const Node& node : running.nodes) {
        const auto same = std::ranges::find(wanted.nodes, node.id, &Node::id);
        if (same != wanted.nodes.end() && *same != node)
            return "[[node]] names or weights";
    }
    if (running.fence != wanted.fence)
        return "[quorum] command, timeout, retries or delay";
    if (running.addresses != wanted.addresses)
        return "[[address]] dev";
    return "";
}

}  // namespace cohort::config
