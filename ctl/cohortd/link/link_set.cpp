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
      user_(user) {}

void LinkSet::configure(const std::vector<config::Link>& wanted) {
    std::vector<std::unique_ptr<Link>> kept = std::move(links_);
    links_.clear();
    std::erase_if(kept, [&](const auto& link) {
        return std::ranges::find(wanted, link->config()) == wanted.end();
    });
    std::vector<Link*> fresh;
    for (const config::Link& config : wanted) {
        const auto same =
            std::ranges::find_if(kept, [&](const auto& link) { return link->config() == config; });
        if (same != kept.end()) {
            links_.push_back(std::move(*same));
            kept.erase(same);
        } else {
            links_.push_back(std::make_unique<Link>(io_, config, identity_, codec_, user_));
            fresh.push_back(links_.back().get());
        }
    }
    // Only now, so that a device is free before its next link opens it.
    for (Link* link : fresh)
        link->start();
}

void LinkSet::add_peer(core::NodeId peer) {
    if (std::ranges::find(identity_.peers, peer) != identity_.peers.end())
        return;
    identity_.peers.push_back(peer);
    for (const auto& link : links_)
        link->add_peer(peer);
}

bool LinkSet::reached_without_slow_links(core::NodeId peer) const {
    const core::Time now = shell::boot_now();
    return std::ranges::any_of(links_, [&](const auto& link) {
        const Path* path = link->path_to(peer);
        return !link->is_slow() && link->is_open() && path != nullptr &&
               path->works_both_ways(now, detect_);
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
    for (const auto& link : links_) {
        const bool leads_there = send.to == core::kNobody || link->path_to(send.to) != nullptr;
        if (leads_there && !is_spared(*link, send))
            link->send(send.message);
    }
}

void LinkSet::drain() {
    for (const auto& link : links_)
        link->drain();
}

std::uint8_t LinkSet::number_of(const Link& link) const {
    const auto found =
        std::ranges::find_if(links_, [&](const auto& one) { return one.get() == &link; });
    return static_cast<std::uint8_t>(found - links_.begin());
}

}  // namespace cohort::link
