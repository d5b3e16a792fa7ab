// SPDX-License-Identifier: GPL-2.0-or-later
//
// The timers of section 10, derived from two numbers, and their rules T1..T7.
#pragma once

#include "ctl/cohortd/core/machine.hpp"

#include <array>
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

/// The speeds of serial lines, in baud.
inline constexpr std::array<unsigned, 8> kBauds{9600,   19200,  38400,  57600,
                                                115200, 230400, 460800, 921600};

/// Bytes of one heartbeat and of one full plan fragment on a serial line of a
/// cluster of so many nodes, with entries for all peers, envelope and framing.
std::size_t serial_heartbeat_bytes(std::size_t nodes);
std::size_t serial_fragment_bytes(std::size_t nodes);

/// How much of a serial line the heartbeats of one direction take, 1 being all.
/// A line of a chain or a ring may have to carry those of every node but the
/// one that reads them. The links never use more than half of it.
double serial_share(std::size_t nodes, unsigned baud, Duration heartbeat);

/// All of section 10's timers for a heartbeat period H and an owner lease L_o.
/// At H = 100 ms and L_o = 1 s they are the defaults of the table; H scales
/// what counts heartbeats, L_o what counts leases. Nothing is checked here.
Timers make_timers(Duration heartbeat, Duration lease);

/// From Leave to Stopped at most (R21): two promises to hand over, then one until
/// what this node promised has run out.
Duration longest_leave(const Timers& timers);

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

/// One-way delay d of a heartbeat, processing included, over a link of a
/// cluster of so many nodes; if it is a serial line, over a chain of such lines
/// that joins them all.
Duration one_way_delay(const LinkTiming& link, std::size_t nodes);

/// T2 turned round: the longest round trip that the lease has room for.
Duration longest_round_trip(const Timers& timers);

/// The first rule that the timers break, in one line with the numbers of both
/// sides and what would be right; nothing if all hold. d is that of the slowest
/// link, since any of them may be the last one left.
std::optional<std::string> check_timers(const Timers& timers, const TimerContext& context);

}  // namespace cohort::core
