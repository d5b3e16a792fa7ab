// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a bad cable does to what passes it in one direction.
#pragma once

#include "tests/vm/tools/lib/reactor.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace cohort::testbed {

using Bytes = std::vector<std::uint8_t>;
using Random = std::mt19937_64;

/// Probabilities are 0..1.
struct Faults {
    bool cut = false;
    double drop = 0;
    double duplicate = 0;
    double corrupt = 0;  ///< one bit of the unit flips
    Duration delay{};
    Duration jitter{};  ///< up to this much more delay, evenly spread
    bool operator==(const Faults&) const = default;
};

/// A unit (a frame, or a chunk of a byte stream) that is to go on.
struct Passage {
    Duration after{};
    Bytes bytes;
};

/// What becomes of a frame: nothing, or one or more passages.
std::vector<Passage> pass_frame(const Faults& faults, Bytes frame, Random& random);

/// What becomes of bytes of a stream: each byte is lost, doubled or corrupted
/// by itself. One passage, or none if nothing is left.
std::vector<Passage> pass_stream(const Faults& faults, const Bytes& chunk, Random& random);

}  // namespace cohort::testbed
