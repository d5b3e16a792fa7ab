// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace cohort::testbed {

/// What a probe asks with, and what comes back with `node` filled in: first in
/// a datagram of any length, or one after the other in a TCP stream. Both ends
/// are programs of one build, so it goes as it lies in memory.
struct Record {
    static constexpr std::uint32_t kMagic = 0x43504231;

    std::uint32_t magic = kMagic;
    std::uint32_t node = 0;  ///< 0 in a question; who answers, 1..64
    std::uint32_t flow = 0;
    std::uint32_t seq = 0;

    bool is_answer() const { return magic == kMagic && node >= 1 && node <= 64; }
};
static_assert(sizeof(Record) == 16);

}  // namespace cohort::testbed
