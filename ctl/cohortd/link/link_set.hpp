// SPDX-License-Identifier: GPL-2.0-or-later
//
// All links of this node: what it sends goes over each that leads there, and
// what it hears on one goes on over others, where nodes need it.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/core/machine.hpp"
#include "ctl/cohortd/link/link.hpp"
#include "ctl/cohortd/link/relay.hpp"
#include "ctl/cohortd/wire/codec.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace cohort::link {

/// Whoever runs the links.
class LinkUser {
public:
    /// Authentic, from a configured peer. Copies over several links come each.
    virtual void on_message(const Link& link, core::Message message) = 0;
    /// It was opened, or lost.
    virtual void on_turned(const Link& link) = 0;
    /// See LinkOwner.
    virtual void on_stranger(const Link& link, const Stranger& stranger) = 0;

protected:
    ~LinkUser() = default;
};

class LinkSet final : private LinkOwner {
public:
    /// `user` is called from the loop, and from drain().
    LinkSet(boost::asio::io_context& io, Identity identity, wire::Codec codec,
            core::Duration detect, LinkUser& user);

    /// Opens what is new, closes what is gone, and leaves alone what is as it
    /// was. A link that cannot be opened now is retried for ever.
    void configure(const std::vector<config::Link>& links);

    /// The peer is heard now, but none of the links that it and this node hear each other on
    /// stays for it where these are configured instead. (If there is none that works both
    /// ways, those that it is heard on count.)
    bool loses(core::NodeId peer, const std::vector<config::Link>& wanted) const;

    /// A node that the configuration did not have before.
    void add_peer(core::NodeId peer);

    /// Frames are signed and accepted by these keys from now on.
    void use(wire::Codec codec) { codec_ = std::move(codec); }

    /// On every link that leads to the addressee. But a plan that needs several
    /// fragments goes over slow lines only to peers whom no faster link reaches.
    /// (A short one may not wait until it is known that none does any more.)
    void send(const core::Send& send);

    /// Reads whatever has arrived on any link by now. To be called each
    /// heartbeat; a longer pause tells that the own loop was late.
    void drain();

    const std::vector<std::unique_ptr<Link>>& links() const { return links_; }
    /// A link's number among its fellows, as core::FrameRead counts them.
    std::uint8_t number_of(const Link& link) const;

private:
    void on_arrival(Link& link, Arrival arrival) override;
    void on_turned(const Link& link) override { user_.on_turned(link); }
    void on_stranger(const Link& link, const Stranger& stranger) override {
        user_.on_stranger(link, stranger);
    }

    bool is_late(core::Time now);
    void pass_on(const Link& from, const Arrival& arrival, core::Time now);
    std::vector<const Paths*> paths() const;
    core::Message with_what_links_know(const core::Message& message) const;
    bool works_both_ways(const Link& link, core::NodeId peer, core::Time now) const;
    bool reached_without_slow_links(core::NodeId peer) const;
    bool is_spared(const Link& link, const core::Send& send) const;

    boost::asio::io_context& io_;
    Identity identity_;
    wire::Codec codec_;
    core::Duration detect_;
    LinkUser& user_;
    Relay relay_;
    core::Time last_drained_;
    core::Time late_until_{};
    std::vector<std::unique_ptr<Link>> links_;
};

}  // namespace cohort::link
