// SPDX-License-Identifier: GPL-2.0-or-later
//
// The timers of section 10, derived from two numbers, and their rules T1..T7.
#pragma once

#include "ctl/cohortd/core/machine.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cohort::core {

/// A clock may be off by this many parts in a million (rho, assumption A1).
inline constexpr std::int64_t kClockErrorPpm = 1000;
/// Covers the granularity of the kernel's clock and of a timer's reading.
inline constexpr Duration kClockGuard = std::chrono::milliseconds{50};
/// Deadlines given to the kernel are rounded down to this.
inline constexpr Duration kKernelGranularity = std::chrono::milliseconds{1};
/// What a durable write is taken to need (f).
inline constexpr Duration kDurableWrite = std::chrono::milliseconds{10};

/// Bytes of one heartbeat and of one full plan fragment on a serial line,
/// framing included; a line joins two nodes, so both hold at any cluster size.
inline constexpr std::size_t kSerialHeartbeatBytes = 90;
inline constexpr std::size_t kSerialFragmentBytes = 214;

/// All of section 10's timers for a heartbeat period H and an owner lease L_o.
/// At H = 100 ms and L_o = 1 s they are the defaults of the table; H scales
/// what counts heartbeats, L_o what counts leases. Nothing is checked here.
Timers make_timers(Duration heartbeat, Duration lease);

/// One way for frames, as far as timing is concerned.
struct LinkTiming {
    std::string name;
    unsigned baud = 0;  ///< of a serial line (8N1); 0: a packet network
};

/// The surroundings in which timers must hold.
struct TimerContext {
    QuorumMode mode = QuorumMode::links;
    std::size_t nodes = 2;
    std::size_t buckets = 0;  ///< of all addresses together
    std::vector<LinkTiming> links;
};

/// One-way delay d of a heartbeat on a link, processing included.
Duration one_way_delay(const LinkTiming& link);

/// T2 turned round: the longest round trip that the lease has room for.
Duration longest_round_trip(const Timers& timers);

/// The first rule that the timers break, in one line with the numbers of both
/// sides and what would be right; nothing if all hold. d is that of the slowest
/// link, since any of them may be the last one left.
std::optional<std::string> check_timers(const Timers& timers, const TimerContext& context);

}  // namespace cohort::core
