// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which links the frame of another node is to be passed on over, so that all
// nodes of a chain or a ring of lines hear each other, and no more than that
// (protocol section 10, relay). Who is on a link is learned from what is heard
// there, never configured. Pure; time is an argument.
#pragma once

#include "ctl/cohortd/core/messages.hpp"
#include "ctl/cohortd/link/path.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace cohort::link {

class Relay {
public:
    /// What each link shows of the peers; nullptr: it is down.
    using Links = std::span<const Paths* const>;

    /// `peers`: all other nodes.
    Relay(core::NodeId self, std::vector<core::NodeId> peers, core::Duration detect);

    void add_peer(core::NodeId peer) { peers_.push_back(peer); }

    /// An authentic frame of a peer was read: what it says of its sender.
    void heard(const core::Message& message, core::Time now);

    /// The links, as indices, over which a frame goes on that so many nodes
    /// passed on before and that came over links[from], which is not down.
    std::vector<std::size_t> onward(const core::Message& message, unsigned hops, std::size_t from,
                                    Links links, core::Time now) const;

    /// The peer itself was heard lately on one of these links.
    bool hears_directly(core::NodeId peer, Links links, core::Time now) const;

private:
    struct Known {
        std::uint64_t session = 0;
        std::uint64_t seq = 0;
        core::Time since{};        ///< heard without a break since then
        core::Time said_at{};      ///< its newest heartbeat
        std::uint64_t direct = 0;  ///< bit by node: those that it hears themselves
        core::EpochId epoch;
    };

    std::vector<std::size_t> towards(core::NodeId to, Links links, core::Time now) const;
    bool is_wanted_on(const Paths& link, const Paths& from, const core::Message& message,
                      core::Time now) const;
    bool is_anothers(core::NodeId origin, const Paths& link, core::Time now) const;
    bool lacks(core::NodeId node, const core::Message& message, core::Time now) const;
    const Known* known(core::NodeId node, core::Time now) const;

    core::NodeId self_;
    std::vector<core::NodeId> peers_;
    core::Duration detect_;
    core::Duration lately_;
    std::map<core::NodeId, Known> known_;
};

}  // namespace cohort::link
