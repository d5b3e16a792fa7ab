// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/vm/tools/probe/ledger.hpp"
#include "tests/vm/tools/probe/sources.hpp"

#include <vector>

namespace cohort::testbed {

/// UDP flows, each of an address and port of its own, that ask in turn.
class UdpFlows {
public:
    /// Flow f comes from address f of `sources` and port first_port + f / size:
    /// as many ports are bound as the flows need.
    UdpFlows(Reactor& reactor, const sockaddr_in6& target, const Sources& sources,
             std::size_t flows, std::uint16_t first_port, std::size_t bytes);

    /// Sends the question of the next flow.
    void ask();

    const Ledger& ledger() const { return ledger_; }

private:
    Reactor& reactor_;
    sockaddr_in6 target_;
    Sources sources_;
    std::vector<Descriptor> sockets_;
    std::vector<std::uint8_t> datagram_;
    Ledger ledger_;
    std::uint32_t next_ = 0;
};

}  // namespace cohort::testbed
