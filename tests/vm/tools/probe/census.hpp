// SPDX-License-Identifier: GPL-2.0-or-later
//
// Very many flows, each once: is each answered by exactly one node?
#pragma once

#include "tests/vm/tools/probe/ledger.hpp"
#include "tests/vm/tools/probe/sources.hpp"

#include <nlohmann/json.hpp>

namespace cohort::testbed {

struct CensusOptions {
    sockaddr_in6 target{};
    Sources sources;
    std::size_t flows = 10000;
    std::size_t bytes = 64;  ///< of a datagram
    Duration period = std::chrono::microseconds(200);
    Duration timeout = std::chrono::seconds(2);  ///< how long answers may take
    std::uint16_t first_port = 30000;
};

/// {flows, once, unanswered, twice, repeats, answers: {NODE: flows}}, each.
nlohmann::json census_udp(const CensusOptions& options);

/// ICMP echo, to an IPv4 target: flow f is the identifier and sequence number f. An echo reply
/// names no node, so nodes tell theirs by net.ipv4.ip_default_ttl = 100 + id.
nlohmann::json census_icmp(const CensusOptions& options);

/// Connections that stay open until the last one has had its answer; also
/// {failed: {WHY: connections}}.
nlohmann::json census_tcp(const CensusOptions& options);

/// The common part of the reports.
nlohmann::json census_of(const Ledger& ledger);

}  // namespace cohort::testbed
