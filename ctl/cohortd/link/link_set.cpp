// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/link_set.hpp"

#include "ctl/cohortd/shell/clock.hpp"

#include <algorithm>
#include <utility>

namespace cohort::link {

LinkSet::LinkSet(boost::asio::io_context& io, Identity identity, wire::Codec codec,
                 core::Duration detect, LinkUser& user)
    : io_(io),
      identity_(std::move(identity)),
      codec_(std::move(codec)),
      detect_(detect),
      user_(user),
      relay_(identity_.self, identity_.peers, detect),
      last_drained_(shell::boot_now()) {}

void LinkSet::configure(const std::vector<config::Link>& wanted) {
    std::vector<std::unique_ptr<Link>> kept = std::move(links_);
    links_.clear();
    std::erase_if(kept, [&](const auto& link) {
        return std::ranges::find(wanted, link->config()) == wanted.end();
    });
    std::vector<Link*> fresh;
    LinkOwner& owner = *this;
    for (const config::Link& config : wanted) {
        const auto same =
            std::ranges::find_if(kept, [&](const auto& link) { return link->config() == config; });
        if (same != kept.end()) {
            links_.push_back(std::move(*same));
            kept.erase(same);
        } else {
            links_.push_back(std::make_unique<Link>(io_, config, identity_, codec_, owner));
            fresh.push_back(links_.back().get());
        }
    }
    // Only now, so that a device is free before its next link opens it.
    for (Link* link : fresh)
        link->start();
}

bool LinkSet::loses(core::NodeId peer, const std::vector<config::Link>& wanted) const {
    const core::Time now = shell::boot_now();
    const auto hears = [&](const auto& link) {
        const Path* path = link->path_to(peer);
        return path != nullptr && path->hops(now, detect_).has_value();
    };
    // Of one that only others pass on it is not known whether it hears this node.
    const auto is_relayed = [&](const auto& link) {
        return hears(link) && !link->path_to(peer)->heard_directly(now, detect_);
    };
    const auto holds = [&](const auto& link) {
        return is_relayed(link) || works_both_ways(*link, peer, now);
    };
    const auto stays = [&](const auto& link) {
        return std::ranges::any_of(wanted, [&](const config::Link& one) {
            return link->stays_for(peer, one, now, detect_);
        });
    };
    const bool any_holds = std::ranges::any_of(links_, holds);
    const auto counts = [&](const auto& link) { return any_holds ? holds(link) : hears(link); };
    return std::ranges::any_of(links_, counts) &&
           std::ranges::none_of(links_,
                                [&](const auto& link) { return counts(link) && stays(link); });
}

void LinkSet::add_peer(core::NodeId peer) {
    if (std::ranges::find(identity_.peers, peer) != identity_.peers.end())
        return;
    identity_.peers.insert(std::ranges::lower_bound(identity_.peers, peer), peer);
    relay_.add_peer(peer);
    for (const auto& link : links_)
        link->add_peer(peer);
}

void LinkSet::on_arrival(Link& link, Arrival arrival) {
    const core::Time now = shell::boot_now();
    relay_.heard(arrival.message, now);
    pass_on(link, arrival, now);
    user_.on_message(link, std::move(arrival.message));
}

/// After a stall of the own loop nobody was heard lately on any link, and what
/// all others said meanwhile waits to be read: to pass that on would make this
/// loop later still, and those of all nodes with it.
bool LinkSet::is_late(core::Time now) {
    if (now - last_drained_ > detect_ * 4 / 7)
        late_until_ = now + detect_ / 2;
    return now < late_until_;
}

void LinkSet::pass_on(const Link& from, const Arrival& arrival, core::Time now) {
    if (is_late(now))
        return;
    for (const std::size_t i :
         relay_.onward(arrival.message, arrival.hops, number_of(from), paths(), now))
        links_[i]->relay(arrival);
}

/// As Relay::Links wants them.
std::vector<const Paths*> LinkSet::paths() const {
    std::vector<const Paths*> all;
    for (const auto& link : links_)
        all.push_back(link->is_open() ? &link->paths() : nullptr);
    return all;
}

/// A heartbeat tells the relays which nodes need none.
core::Message LinkSet::with_what_links_know(const core::Message& message) const {
    core::Message told = message;
    if (auto* heartbeat = std::get_if<core::Heartbeat>(&told)) {
        const core::Time now = shell::boot_now();
        const auto ways = paths();
        for (core::HeartbeatEntry& entry : heartbeat->entries)
            entry.direct = relay_.hears_directly(entry.peer, ways, now);
    }
    return told;
}

/// Echoes come to each peer by turns, so that they are rarer where there are many.
bool LinkSet::works_both_ways(const Link& link, core::NodeId peer, core::Time now) const {
    const core::Duration echoed = detect_ * static_cast<int>(identity_.peers.size());
    const Path* path = link.path_to(peer);
    return link.is_open() && path != nullptr && path->heard_directly(now, detect_) &&
           path->works_both_ways(now, echoed);
}

bool LinkSet::reached_without_slow_links(core::NodeId peer) const {
    const core::Time now = shell::boot_now();
    return std::ranges::any_of(links_, [&](const auto& link) {
        return !link->is_slow() && works_both_ways(*link, peer, now);
    });
}

bool LinkSet::is_spared(const Link& link, const core::Send& send) const {
    const auto* fragment = std::get_if<core::PlanFragment>(&send.message);
    if (!link.is_slow() || fragment == nullptr || fragment->count == 1)
        return false;
    if (send.to != core::kNobody)
        return reached_without_slow_links(send.to);
    return std::ranges::all_of(identity_.peers,
                               [&](core::NodeId peer) { return reached_without_slow_links(peer); });
}

void LinkSet::send(const core::Send& send) {
    const core::Message message = with_what_links_know(send.message);
    for (const auto& link : links_) {
        const bool leads_there = send.to == core::kNobody || link->path_to(send.to) != nullptr;
        if (leads_there && !is_spared(*link, send))
            link->send(message);
    }
}

void LinkSet::drain() {
    const core::Time now = shell::boot_now();
    is_late(now);
    last_drained_ = now;
    for (const auto& link : links_)
        link->drain();
}

std::uint8_t LinkSet::number_of(const Link& link) const {
    const auto found =
        std::ranges::find_if(links_, [&](const auto& one) { return one.get() == &link; });
    return static_cast<std::uint8_t>(found - links_.begin());
}

}  // namespace cohort::link
