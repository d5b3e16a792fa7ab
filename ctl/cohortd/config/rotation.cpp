// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/config/rotation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>

namespace cohort::config {
namespace {

using core::KeyUse;
using Keys = std::vector<KeyUse>;

bool same(const KeyUse& a, const KeyUse& b) {
    return a.id == b.id && a.check == b.check;
}

bool has(const Keys& keys, const KeyUse& key) {
    return std::ranges::any_of(keys, [&](const KeyUse& other) { return same(key, other); });
}

bool has_id(const Keys& keys, std::uint8_t id) {
    return std::ranges::find(keys, id, &KeyUse::id) != keys.end();
}

const KeyUse& sender_of(const Keys& keys) {
    return *std::ranges::find(keys, true, &KeyUse::sends);
}

std::string name_of(const Config& config, core::NodeId id) {
    const auto node = std::ranges::find(config.nodes, id, &Node::id);
    return node == config.nodes.end() ? fmt::format("node {}", id) : node->name;
}

/// Stage 2: whom this node sends to must accept what it sends.
std::string sending_obstacle(const std::string& peer, const Keys& theirs, const KeyUse& sender) {
    if (theirs.empty())
        return fmt::format(
            "{} has not told which keys it accepts: wait a second, or run the same "
            "version of cohort there",
            peer);
    if (!has_id(theirs, sender.id))
        return fmt::format(
            "{} does not accept key {} yet: add it there with use = \"accept\", and "
            "reload",
            peer, sender.id);
    if (!has(theirs, sender))
        return fmt::format("{} has another file for key {}: copy this node's there, and reload",
                           peer, sender.id);
    return "";
}

/// Stage 3: what this node does not accept any more, none may send.
std::string removing_obstacle(const std::string& peer, const Keys& theirs, const Keys& removed) {
    if (theirs.empty())
        return fmt::format(
            "{} has not told which key it sends with: wait a second, or run the "
            "same version of cohort there",
            peer);
    const KeyUse& used = sender_of(theirs);
    if (has(removed, used))
        return fmt::format(
            "{} still sends with key {}: let another one have use = \"send\" there, "
            "and reload",
            peer, used.id);
    return "";
}

}  // namespace

std::string keys_obstacle(const Config& running, const Config& wanted, const core::View& view) {
    const Keys before = key_uses(running);
    const Keys after = key_uses(wanted);
    Keys removed;
    std::ranges::copy_if(before, std::back_inserter(removed),
                         [&](const KeyUse& key) { return !has(after, key); });
    const bool sends_another = !same(sender_of(before), sender_of(after));
    for (const core::PeerView& node : view.nodes) {
        if (node.id == running.node || !node.live)
            continue;
        const std::string peer = name_of(running, node.id);
        std::string obstacle;
        if (sends_another)
            obstacle = sending_obstacle(peer, node.keys, sender_of(after));
        if (obstacle.empty() && !removed.empty())
            obstacle = removing_obstacle(peer, node.keys, removed);
        if (!obstacle.empty())
            return obstacle;
    }
    return "";
}

Rotation rotation(const Config& config, const core::View& view) {
    std::vector<const core::PeerView*> nodes;
    std::uint8_t newest = 0;
    std::size_t most = 0;
    for (const core::PeerView& node : view.nodes) {
        if (!node.live)
            continue;
        nodes.push_back(&node);
        most = std::max(most, node.keys.size());
        for (const KeyUse& key : node.keys)
            newest = std::max(newest, key.id);
    }
    const auto lagging = [&](int stage, const std::function<bool(const Keys&)>& done) {
        Rotation found{stage, {}};
        for (const core::PeerView* node : nodes) {
            if (!done(node->keys))
                found.waits_for.push_back(name_of(config, node->id));
        }
        return found;
    };
    const auto only_newest = [&](const Keys& keys) { return keys.empty() || has_id(keys, newest); };
    if (most <= 1 && lagging(0, only_newest).waits_for.empty())
        return {};
    Rotation found = lagging(1, [&](const Keys& keys) { return has_id(keys, newest); });
    if (found.waits_for.empty())
        found = lagging(2, [&](const Keys& keys) { return sender_of(keys).id == newest; });
    if (found.waits_for.empty())
        found = lagging(3, [](const Keys& keys) { return keys.size() == 1; });
    return found;
}

}  // namespace cohort::config
