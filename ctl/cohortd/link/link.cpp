// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/link.hpp"

#include "ctl/cohortd/link/serial.hpp"
#include "ctl/cohortd/link/udp.hpp"
#include "ctl/cohortd/shell/clock.hpp"
#include "ctl/cohortd/shell/log.hpp"

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

/// A line to one peer carries that peer's entry alone.
core::Message with_entry_of(core::Heartbeat heartbeat, core::NodeId peer) {
    std::erase_if(heartbeat.entries, [peer](const auto& entry) { return entry.peer != peer; });
    return heartbeat;
}

}  // namespace

Link::Link(boost::asio::io_context& io, config::Link config, const Identity& identity,
           const wire::Codec& codec, LinkUser& user)
    : config_(std::move(config)),
      identity_(identity),
      codec_(codec),
      user_(user),
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

bool Link::is_for_us(const core::Header& header) {
    if (header.sender == identity_.self) {
        on_drop(header.session == identity_.session ? wire::Drop::own : wire::Drop::impostor);
        return false;
    }
    if (!paths_.contains(header.sender)) {
        on_drop(wire::Drop::unknown_sender);
        return false;
    }
    return true;
}

void Link::on_frame(std::span<const std::byte> frame) {
    auto opened = codec_.open(frame);
    if (!opened) {
        on_drop(opened.error());
        return;
    }
    const core::Header& header = header_of(opened->message);
    if (!is_for_us(header))
        return;
    ++counts_.frames_read;
    const core::Time now = boot_now();
    Path& path = paths_[header.sender];
    path.heard(now);
    if (std::holds_alternative<core::Heartbeat>(opened->message))
        path.heard_heartbeat(header.seq, now);
    if (opened->echo)
        path.heard_echo(*opened->echo, sent_, now);
    user_.on_message(*this, std::move(opened->message));
}

wire::Frame Link::seal(const core::Message& message) {
    const core::Time now = boot_now();
    ++counts_.frames_sent;
    // The header has room for one echo, so only a link to one peer carries it.
    const bool to_one = paths_.size() == 1;
    const auto echo = to_one ? paths_.begin()->second.echo(now) : std::nullopt;
    const auto* heartbeat = std::get_if<core::Heartbeat>(&message);
    if (heartbeat == nullptr)
        return codec_.seal(message, echo);
    sent_.note(heartbeat->header.seq, now);
    if (to_one)
        return codec_.seal(with_entry_of(*heartbeat, paths_.begin()->first), echo);
    return codec_.seal(message, echo);
}

void Link::on_drop(wire::Drop reason) {
    counts_.dropped.add(reason);
    if (said_.worth_saying(key_of(reason), boot_now()))
        log(Level::warning, "link {}: dropped a frame: {}", config_.name, describe(reason));
}

void Link::on_open() {
    log(Level::notice, "link {}: open", config_.name);
    user_.on_turned(*this);
}

void Link::on_lost(std::string_view why) {
    log(Level::warning, "link {}: lost: {}; trying to open it again", config_.name, why);
    user_.on_turned(*this);
}

void Link::on_trouble(std::string_view what) {
    if (said_.worth_saying(what, boot_now()))
        log(Level::warning, "link {}: {}", config_.name, what);
}

}  // namespace cohort::link
