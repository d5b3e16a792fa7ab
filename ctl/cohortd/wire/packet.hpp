// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a link carries: a frame as its origin made it, or behind one byte, the
// envelope, a frame that other nodes have passed on. The byte says how many
// did; no frame begins with such a small number, and a frame from its origin
// costs nothing. It stands outside of the MAC, which is the origin's: whoever
// alters it can keep a frame from going further, as a cut wire does, no more.
#pragma once

#include "ctl/cohortd/wire/frame.hpp"

#include <cstddef>
#include <span>

namespace cohort::wire {

/// In a chain of all nodes, those between the two ends pass a frame on.
inline constexpr unsigned kMostHops = core::kMaxNodeId - 2;
static_assert(kMostHops < kMagic);

struct Packet {
    std::span<const std::byte> frame;
    unsigned hops = 0;  ///< how many nodes passed it on; 0: its origin sent it
};

/// Takes the envelope off, if there is one. The frame is not looked at.
Packet unwrap(std::span<const std::byte> packet);

/// The frame, of at most kMaxFrame bytes, in an envelope of 1..kMostHops hops.
Frame wrap(std::span<const std::byte> frame, unsigned hops);

}  // namespace cohort::wire
