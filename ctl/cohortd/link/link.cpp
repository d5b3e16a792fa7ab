// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/link.hpp"

#include "ctl/cohortd/link/serial.hpp"
#include "ctl/cohortd/link/udp.hpp"
#include "ctl/cohortd/shell/clock.hpp"
#include "ctl/cohortd/shell/log.hpp"
#include "ctl/cohortd/wire/packet.hpp"

#include <algorithm>
#include <utility>

namespace cohort::link {
namespace {

using shell::boot_now;
using shell::Level;

std::shared_ptr<Port> make_port(boost::asio::io_context& io, PortUser& user,
                                const config::Link& config) {
    if (const auto* serial = std::get_if<config::SerialLink>(&config.way))
        return std::make_shared<SerialPort>(io, user, *serial);
    return std::make_shared<UdpPort>(io, user, std::get<config::UdpLink>(config.way));
}

/// `from`: where the frames of the peer that this is about come from. If none of the
/// addresses is that, as behind a translation of addresses, any of them may be the peer's.
bool stays_for(const std::optional<Endpoint>& from, const config::UdpLink& running,
               const config::UdpLink& wanted) {
    config::UdpLink socket = wanted;
    socket.peers = running.peers;
    const auto stays = [&](const Endpoint& peer) {
        return std::ranges::find(wanted.peers, peer) != wanted.peers.end();
    };
    const bool is_named = from && std::ranges::find(running.peers, *from) != running.peers.end();
    return socket == running &&
           (is_named ? stays(*from) : std::ranges::all_of(running.peers, stays));
}

}  // namespace

Link::Link(boost::asio::io_context& io, config::Link config, const Identity& identity,
           const wire::Codec& codec, LinkOwner& owner)
    : config_(std::move(config)),
      identity_(identity),
      codec_(codec),
      owner_(owner),
      port_(make_port(io, *this, config_)) {
    for (core::NodeId peer : identity_.peers)
        paths_.try_emplace(peer);
}

Link::~Link() {
    port_->stop();
}

const Path* Link::path_to(core::NodeId peer) const {
    const auto found = paths_.find(peer);
    return found == paths_.end() ? nullptr : &found->second;
}

bool Link::stays_for(core::NodeId peer, const config::Link& wanted, core::Time now,
                     core::Duration window) const {
    const auto* running_udp = std::get_if<config::UdpLink>(&config_.way);
    const auto* wanted_udp = std::get_if<config::UdpLink>(&wanted.way);
    if (running_udp == nullptr || wanted_udp == nullptr)
        return config_.way == wanted.way;
    return link::stays_for(paths_.at(peer).from(now, window), *running_udp, *wanted_udp);
}

/// A line, or addresses that the configuration names: another cluster's frames here are of
/// a node whose file names the cluster wrongly.
bool Link::leads_to_peers_only() const {
    const auto* udp = std::get_if<config::UdpLink>(&config_.way);
    return udp == nullptr || !udp->multicast;
}

bool Link::is_for_us(const core::Header& header, unsigned hops) {
    if (header.sender == identity_.self) {
        // A relay that does not hear us on its link yet may well return a frame.
        const bool earlier = core::start_of(header.session) < core::start_of(identity_.session);
        if (earlier && boot_now() > identity_.copied_until &&
            !strange_sessions_.knows(header.session))
            on_drop(wire::Drop::own);
        else if (header.session != identity_.session)
            hear_stranger(wire::Drop::impostor, header, hops);
        else if (hops == 0)
            on_drop(wire::Drop::own);
        return false;
    }
    if (!paths_.contains(header.sender)) {
        hear_stranger(wire::Drop::unknown_sender, header, hops);
        return false;
    }
    return true;
}

void Link::hear_stranger(wire::Drop as, const core::Header& header, unsigned hops) {
    if (strange_sessions_.admit(header.session, header.seq))
        hear_stranger(as, hops);
    else
        on_drop(as);
}

void Link::hear_stranger(wire::Drop as, unsigned hops) {
    on_drop(as);
    stranger_ = {as, boot_now(), hops == 0};
    owner_.on_stranger(*this, *stranger_);
}

void Link::on_packet(std::span<const std::byte> packet, const std::optional<Endpoint>& from) {
    const auto [frame, hops] = wire::unwrap(packet);
    auto opened = codec_.open(frame);
    if (!opened) {
        const wire::Drop reason = opened.error();
        const bool meant = wire::is_of_this_cluster(reason) ||
                           (reason == wire::Drop::other_cluster && leads_to_peers_only());
        meant ? hear_stranger(reason, hops) : on_drop(reason);
        return;
    }
    const core::Header& header = header_of(opened->message);
    if (!is_for_us(header, hops))
        return;
    ++counts_.frames_read;
    seen_.admit(header);
    const core::Time now = boot_now();
    Path& path = paths_[header.sender];
    path.heard(now, hops, from);
    if (hops == 0) {
        if (std::holds_alternative<core::Heartbeat>(opened->message))
            path.heard_heartbeat(header.seq, now);
        if (opened->echo && opened->echo->to == identity_.self)
            path.heard_echo(*opened->echo, sent_, now);
    }
    owner_.on_arrival(*this, {std::move(opened->message), frame, hops});
}

void Link::relay(const Arrival& arrival) {
    if (seen_.admit(header_of(arrival.message)))
        port_->send({arrival.message, wire::wrap(arrival.frame, arrival.hops + 1)});
}

wire::Frame Link::seal(const Outgoing& outgoing) {
    if (!outgoing.is_own()) {
        ++counts_.frames_relayed;
        return *outgoing.packet;
    }
    const core::Time now = boot_now();
    ++counts_.frames_sent;
    const auto* heartbeat = std::get_if<core::Heartbeat>(&outgoing.message);
    if (heartbeat == nullptr)
        return codec_.seal(outgoing.message, std::nullopt);
    sent_.note(heartbeat->header.seq, now);
    return codec_.seal(outgoing.message, next_echo(now));
}

/// For the next of those peers by ascending id that are heard here.
std::optional<wire::Echo> Link::next_echo(core::Time now) {
    const auto echo_for = [&](Paths::const_iterator peer) {
        auto echo = peer->second.echo(now);
        if (echo)
            echo_turn_ = echo->to = peer->first;
        return echo;
    };
    for (auto peer = paths_.upper_bound(echo_turn_); peer != paths_.end(); ++peer) {
        if (const auto echo = echo_for(peer))
            return echo;
    }
    for (auto peer = paths_.cbegin(); peer != paths_.end() && peer->first <= echo_turn_; ++peer) {
        if (const auto echo = echo_for(peer))
            return echo;
    }
    return std::nullopt;
}

void Link::on_drop(wire::Drop reason) {
    counts_.dropped.add(reason);
    if (said_.worth_saying(key_of(reason), boot_now()))
        log(Level::warning, "link {}: dropped a frame: {}", config_.name, describe(reason));
}

void Link::on_open() {
    log(Level::notice, "link {}: open", config_.name);
    owner_.on_turned(*this);
}

void Link::on_lost(std::string_view why) {
    log(Level::warning, "link {}: lost: {}; trying to open it again", config_.name, why);
    owner_.on_turned(*this);
}

void Link::on_trouble(std::string_view what) {
    if (said_.worth_saying(what, boot_now()))
        log(Level::warning, "link {}: {}", config_.name, what);
}

}  // namespace cohort::link
