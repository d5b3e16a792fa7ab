// SPDX-License-Identifier: GPL-2.0-or-later
//
// A configured link: its port, with authentication, counts and what it shows
// of each peer.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/link/path.hpp"
#include "ctl/cohortd/link/port.hpp"
#include "ctl/cohortd/shell/said_once.hpp"
#include "ctl/cohortd/wire/codec.hpp"

#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <vector>

namespace cohort::link {

/// The own node, as links know it.
struct Identity {
    core::NodeId self = core::kNobody;
    std::uint64_t session = 0;
    std::vector<core::NodeId> peers;
};

class Link;

/// Whoever runs the links.
class LinkUser {
public:
    /// Authentic, from a configured peer.
    virtual void on_message(const Link& link, core::Message message) = 0;
    /// It was opened, or lost.
    virtual void on_turned(const Link& link) = 0;

protected:
    ~LinkUser() = default;
};

struct LinkCounts {
    std::uint64_t frames_read = 0;
    std::uint64_t frames_sent = 0;
    wire::DropCounts dropped;
};

class Link final : private PortUser {
public:
    Link(boost::asio::io_context& io, config::Link config, const Identity& identity,
         const wire::Codec& codec, LinkUser& user);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void start() { port_->start(); }
    void send(const core::Message& message) { port_->send(message); }
    void drain() { port_->drain(); }

    void add_peer(core::NodeId peer) { paths_.try_emplace(peer); }

    bool is_open() const { return port_->is_open(); }
    /// A line on which every byte takes a while.
    bool is_slow() const { return std::holds_alternative<config::SerialLink>(config_.way); }
    std::string_view type() const { return is_slow() ? "serial" : "udp"; }

    const config::Link& config() const { return config_; }
    const LinkCounts& counts() const { return counts_; }
    /// nullptr: it does not lead to that node.
    const Path* path_to(core::NodeId peer) const;

private:
    void on_frame(std::span<const std::byte> frame) override;
    void on_drop(wire::Drop reason) override;
    wire::Frame seal(const core::Message& message) override;
    void on_open() override;
    void on_lost(std::string_view why) override;
    void on_trouble(std::string_view what) override;

    bool is_for_us(const core::Header& header);

    config::Link config_;
    const Identity& identity_;
    const wire::Codec& codec_;
    LinkUser& user_;
    std::map<core::NodeId, Path> paths_;
    SentTimes sent_;
    LinkCounts counts_;
    shell::SaidOnce said_;
    std::shared_ptr<Port> port_;
};

}  // namespace cohort::link
