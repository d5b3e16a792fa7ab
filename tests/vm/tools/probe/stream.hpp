// SPDX-License-Identifier: GPL-2.0-or-later
//
// A client that never stops asking, while someone does things to the servers.
#pragma once

#include "tests/vm/tools/probe/analysis.hpp"
#include "tests/vm/tools/probe/connects.hpp"
#include "tests/vm/tools/probe/tcp_flows.hpp"
#include "tests/vm/tools/probe/udp_flows.hpp"

#include <optional>
#include <string>

namespace cohort::testbed {

struct StreamOptions {
    sockaddr_in6 target{};
    Sources sources;
    std::size_t udp_flows = 256;
    Duration udp_period = std::chrono::microseconds(500);  ///< between any two questions
    std::size_t udp_bytes = 64;
    std::uint16_t first_port = 20000;
    std::size_t tcp_flows = 64;
    Duration tcp_period = std::chrono::milliseconds(100);     ///< of one connection
    Duration connect_period = std::chrono::milliseconds(20);  ///< zero: no new ones
    Duration timeout = std::chrono::seconds(1);               ///< later answers come too late
    Duration live_period{};                                   ///< zero: no live lines
};

/// A mark, and the connections that were open by their node.
struct TcpSnapshot {
    std::map<NodeId, std::size_t> open;
    std::uint64_t opened = 0;
};

class Stream {
public:
    explicit Stream(const StreamOptions& options);

    /// Prints "ready", then asks until "end" is read from standard input, or its end; "mark NAME"
    /// there begins an event. Waits for late answers, then returns.
    void run();

    const StreamOptions& options() const { return options_; }
    const Ledger& udp() const { return udp_.ledger(); }
    const TcpFlows& tcp() const { return tcp_; }
    const Connects& connects() const { return connects_; }
    const std::vector<Mark>& marks() const { return marks_; }
    const std::vector<TcpSnapshot>& snapshots() const { return snapshots_; }
    Time end() const { return end_; }

private:
    void obey(const std::string& line);
    void mark(std::string name);
    void finish();
    void print_live();

    StreamOptions options_;
    Reactor reactor_;
    UdpFlows udp_;
    TcpFlows tcp_;
    Connects connects_;
    std::vector<Mark> marks_;
    std::vector<TcpSnapshot> snapshots_;
    bool ending_ = false;
    Time end_;
};

}  // namespace cohort::testbed
