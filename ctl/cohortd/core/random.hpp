// SPDX-License-Identifier: GPL-2.0-or-later
//
// The core's only source of chance: a generator that the caller seeds.
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <cstdint>

namespace cohort::core {

/// SplitMix64 (Steele, Lea, Flood 2014). For nonces that must only never
/// repeat, and for back-off; not for keys.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }

    /// Between `least` and twice that.
    Duration up_to_twice(Duration least) {
        const auto span = static_cast<std::uint64_t>(least.count()) + 1;
        return least + Duration{static_cast<Duration::rep>(next() % span)};
    }

private:
    std::uint64_t state_;
};

}  // namespace cohort::core
