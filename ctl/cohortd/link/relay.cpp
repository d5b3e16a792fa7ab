// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/relay.hpp"

#include "ctl/cohortd/link/outgoing.hpp"

#include <algorithm>
#include <utility>

namespace cohort::link {

// Of the 3.5 heartbeats that make up T_detect, 1.25: when a way fails, a relay
// must have taken its place before anybody counts as silent. A heartbeat that
// is late now and then costs a relayed one, no more.
Relay::Relay(core::NodeId self, std::vector<core::NodeId> peers, core::Duration detect)
    : self_(self), peers_(std::move(peers)), detect_(detect), lately_(detect * 5 / 14) {}

void Relay::heard(const core::Message& message, core::Time now) {
    const auto* heartbeat = std::get_if<core::Heartbeat>(&message);
    if (heartbeat == nullptr)
        return;
    const core::Header& header = heartbeat->header;
    Known& known = known_[header.sender];
    if (header.session == known.session && header.seq <= known.seq)
        return;
    const bool back = now - known.said_at > detect_;
    known = {header.session, header.seq, back ? now : known.since, now, 0, header.epoch};
    for (const core::HeartbeatEntry& entry : heartbeat->entries)
        known.direct |= entry.direct ? core::node_bit(entry.peer) : 0;
}

std::vector<std::size_t> Relay::onward(const core::Message& message, unsigned hops,
                                       std::size_t from, Links links, core::Time now) const {
    // Those that may stand between two ends of a chain have all passed it on.
    if (hops + 1 >= peers_.size())
        return {};
    const core::NodeId origin = header_of(message).sender;
    const core::NodeId to = addressee(message);
    const Paths& came_by = *links[from];
    // Somebody who has just begun to be heard may not have been heard everywhere yet.
    // The first who passes the frame on has waited for that: were each to wait, those
    // behind it would miss the origin for longer and longer, and wait again.
    const Known* known_origin = known(origin, now);
    if (known_origin == nullptr || (hops == 0 && now - known_origin->since < lately_))
        return {};
    // For this node, or in a frame of another configuration, for one unknown here.
    if (to != core::kNobody && !came_by.contains(to))
        return {};
    if (to != core::kNobody &&
        (came_by.at(to).heard_directly(now, detect_) || !lacks(to, message, now)))
        return {};
    const auto may_carry = [&](std::size_t i) {
        return i != from && links[i] != nullptr &&
               !links[i]->at(origin).heard_directly(now, lately_) &&
               !is_anothers(origin, *links[i], now);
    };
    std::vector<std::size_t> out;
    if (to != core::kNobody)
        out = towards(to, links, now);
    if (out.empty()) {
        for (std::size_t i = 0; i < links.size(); ++i) {
            if (may_carry(i) && is_wanted_on(*links[i], came_by, message, now))
                out.push_back(i);
        }
    }
    std::erase_if(out, [&](std::size_t i) { return !may_carry(i); });
    return out;
}

bool Relay::hears_directly(core::NodeId peer, Links links, core::Time now) const {
    return std::ranges::any_of(links, [&](const Paths* link) {
        return link != nullptr && link->at(peer).heard_directly(now, lately_);
    });
}

/// The links that lead there with the fewest nodes between; none if it was not
/// heard. That may be the one that the frame came over: then it has been there.
std::vector<std::size_t> Relay::towards(core::NodeId to, Links links, core::Time now) const {
    std::vector<std::size_t> nearest;
    unsigned least = 0;
    for (std::size_t i = 0; i < links.size(); ++i) {
        const auto hops = links[i] == nullptr ? std::nullopt : links[i]->at(to).hops(now, detect_);
        if (!hops || (!nearest.empty() && *hops > least))
            continue;
        if (nearest.empty() || *hops < least)
            nearest.clear();
        least = *hops;
        nearest.push_back(i);
    }
    return nearest;
}

/// Whoever is heard on the link is asked for, or if nobody is, since the link
/// may work in one direction, everybody. Those who are on the link that it came
/// over as well have read it there. A node beyond the ones on the link is theirs
/// to serve, but for plans: what they have already, it may still lack.
bool Relay::is_wanted_on(const Paths& link, const Paths& from, const core::Message& message,
                         core::Time now) const {
    const bool is_plan = std::holds_alternative<core::PlanFragment>(message);
    const core::NodeId origin = header_of(message).sender;
    const auto is_without = [&](core::NodeId peer) {
        return !from.at(peer).heard_directly(now, detect_) && lacks(peer, message, now);
    };
    bool anybody = false;
    for (const auto& [peer, path] : link) {
        const bool there =
            is_plan ? path.hops(now, detect_).has_value() : path.heard_directly(now, detect_);
        if (peer == origin || !there)
            continue;
        if (is_without(peer))
            return true;
        anybody = true;
    }
    return !anybody && std::ranges::any_of(peers_, [&](core::NodeId peer) {
        return peer != origin && is_without(peer);
    });
}

/// A node of lower id on the link hears the origin as well: of those who could
/// all pass its frames on, one does.
bool Relay::is_anothers(core::NodeId origin, const Paths& link, core::Time now) const {
    return std::ranges::any_of(link, [&](const auto& entry) {
        const auto& [peer, path] = entry;
        const Known* other = known(peer, now);
        return peer < self_ && peer != origin && path.heard_directly(now, lately_) &&
               other != nullptr && (other->direct & core::node_bit(origin)) != 0;
    });
}

/// It may not get the message, or a plan of that epoch, without a relay.
bool Relay::lacks(core::NodeId node, const core::Message& message, core::Time now) const {
    const Known* known = this->known(node, now);
    if (known == nullptr)
        return true;
    const core::Header& header = header_of(message);
    if ((known->direct & core::node_bit(header.sender)) != 0)
        return false;
    return !std::holds_alternative<core::PlanFragment>(message) || known->epoch < header.epoch;
}

const Relay::Known* Relay::known(core::NodeId node, core::Time now) const {
    const auto found = known_.find(node);
    const bool fresh = found != known_.end() && now - found->second.said_at <= detect_;
    return fresh ? &found->second : nullptr;
}

}  // namespace cohort::link
