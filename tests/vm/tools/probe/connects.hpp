// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/vm/tools/probe/ledger.hpp"
#include "tests/vm/tools/probe/sources.hpp"

#include <deque>
#include <string>

namespace cohort::testbed {

/// New TCP connections all the time: each opens, asks once, and closes.
class Connects {
public:
    struct Attempt {
        Time begin;
        Duration took{};      ///< to the answer, or to the failure
        NodeId node = 0;      ///< who answered
        std::string failure;  ///< in the system's words; empty with node 0: under way
    };

    Connects(Reactor& reactor, const sockaddr_in6& target, const Sources& sources)
        : reactor_(reactor), target_(target), sources_(sources) {}

    void begin();
    /// Ascending in time of beginning.
    const std::deque<Attempt>& attempts() const { return attempts_; }

private:
    void proceed(std::size_t number, std::uint32_t events);
    void end(std::size_t number, NodeId node, std::string failure);

    Reactor& reactor_;
    sockaddr_in6 target_;
    Sources sources_;
    std::deque<Attempt> attempts_;
    std::map<std::size_t, Descriptor> sockets_;  ///< by index of the attempt
};

}  // namespace cohort::testbed
