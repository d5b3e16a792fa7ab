// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/vm/tools/lib/reactor.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace cohort::testbed {

/// What a node has answered.
struct Answered {
    std::uint64_t udp = 0;
    std::uint64_t tcp_connections = 0;
    std::uint64_t tcp = 0;
};

/// Returns each datagram of either family that begins with a Record, the node filled
/// in, from the address that it was sent to: the VIP may come and go.
class UdpEcho {
public:
    UdpEcho(Reactor& reactor, std::uint16_t port, std::uint32_t node, Answered& answered);

private:
    void answer_all();

    Descriptor socket_;
    std::uint32_t node_;
    Answered& answered_;
};

/// Returns each Record of each connection, the node filled in.
class TcpEcho {
public:
    TcpEcho(Reactor& reactor, std::uint16_t port, std::uint32_t node, Answered& answered);
    ~TcpEcho();

private:
    struct Connection;

    void accept_all();
    void serve(int fd);
    bool answer(Connection& connection);

    Reactor& reactor_;
    Descriptor listener_;
    std::uint32_t node_;
    Answered& answered_;
    std::unordered_map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace cohort::testbed
