// SPDX-License-Identifier: GPL-2.0-or-later
//
// A configured link: its port, with authentication, counts and what it shows
// of each peer.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/link/path.hpp"
#include "ctl/cohortd/link/port.hpp"
#include "ctl/cohortd/link/seen.hpp"
#include "ctl/cohortd/link/strange_sessions.hpp"
#include "ctl/cohortd/shell/said_once.hpp"
#include "ctl/cohortd/wire/codec.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace cohort::link {

/// The own node, as links know it.
struct Identity {
    core::NodeId self = core::kNobody;
    std::uint64_t session = 0;
    std::vector<core::NodeId> peers;  ///< ascending
    /// Who speaks as this node by an earlier start, and was not heard until then, is a
    /// recording. A host of which this one is a copy beats all the time.
    core::Time copied_until{};
};

class Link;

/// An authentic frame of a configured peer.
struct Arrival {
    core::Message message;
    std::span<const std::byte> frame;  ///< as it came; valid during the call
    unsigned hops = 0;                 ///< how many nodes passed it on
};

/// Somebody who should not be heard here like this.
struct Stranger {
    wire::Drop as = wire::Drop::impostor;
    core::Time at;       ///< of its newest frame
    bool direct = true;  ///< not passed on by another node
};

/// Whoever has the link.
class LinkOwner {
public:
    virtual void on_arrival(Link& link, Arrival arrival) = 0;
    /// It was opened, or lost.
    virtual void on_turned(const Link& link) = 0;
    /// It dropped a frame of this cluster, or one that only a peer can have sent: whoever
    /// is missed may be there under a wrong id or name, or with another key. A frame that
    /// is authentic is told once.
    virtual void on_stranger(const Link& link, const Stranger& stranger) = 0;

protected:
    ~LinkOwner() = default;
};

struct LinkCounts {
    std::uint64_t frames_read = 0;
    std::uint64_t frames_sent = 0;     ///< own ones
    std::uint64_t frames_relayed = 0;  ///< sent on behalf of others
    wire::DropCounts dropped;
};

class Link final : private PortUser {
public:
    Link(boost::asio::io_context& io, config::Link config, const Identity& identity,
         const wire::Codec& codec, LinkOwner& owner);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void start() { port_->start(); }
    void send(const core::Message& message) { port_->send({message}); }
    /// Passes an arrival on, unless the link has carried that frame before.
    void relay(const Arrival& arrival);
    void drain() { port_->drain(); }

    void add_peer(core::NodeId peer) { paths_.try_emplace(peer); }

    bool is_open() const { return port_->is_open(); }
    /// A line on which every byte takes a while.
    bool is_slow() const { return std::holds_alternative<config::SerialLink>(config_.way); }
    std::string_view type() const { return is_slow() ? "serial" : "udp"; }

    const config::Link& config() const { return config_; }
    const LinkCounts& counts() const { return counts_; }
    const std::optional<Stranger>& stranger() const { return stranger_; }
    /// What is known of a serial line; nullptr if it is none.
    const LineWatch* line() const { return port_->line(); }
    const Paths& paths() const { return paths_; }
    /// nullptr: it does not lead to that node.
    const Path* path_to(core::NodeId peer) const;

    /// The peer, which was heard within `window` before `now`, would be heard and reached
    /// here as it is if the link were configured like this instead: whatever becomes of its
    /// name and of other peers' addresses.
    bool stays_for(core::NodeId peer, const config::Link& wanted, core::Time now,
                   core::Duration window) const;

private:
    void on_packet(std::span<const std::byte> packet, const std::optional<Endpoint>& from) override;
    void on_drop(wire::Drop reason) override;
    wire::Frame seal(const Outgoing& outgoing) override;
    void on_open() override;
    void on_lost(std::string_view why) override;
    void on_trouble(std::string_view what) override;

    bool leads_to_peers_only() const;
    bool is_for_us(const core::Header& header, unsigned hops);
    void hear_stranger(wire::Drop as, unsigned hops);
    void hear_stranger(wire::Drop as, const core::Header& header, unsigned hops);
    std::optional<wire::Echo> next_echo(core::Time now);

    config::Link config_;
    const Identity& identity_;
    const wire::Codec& codec_;
    LinkOwner& owner_;
    Paths paths_;
    Seen seen_;
    SentTimes sent_;
    core::NodeId echo_turn_ = core::kNobody;  ///< whom the newest echo was for
    LinkCounts counts_;
    std::optional<Stranger> stranger_;
    StrangeSessions strange_sessions_;
    shell::SaidOnce said_;
    std::shared_ptr<Port> port_;
};

}  // namespace cohort::link
