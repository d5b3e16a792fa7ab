// SPDX-License-Identifier: GPL-2.0-or-later
//
// All chance of a simulated run comes from one seed.
#pragma once

#include "ctl/cohortd/core/random.hpp"

#include <chrono>
#include <cstdint>

namespace cohort::sim {

using core::Duration;

class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed * 0x9e3779b97f4a7c15U + 1) {}

    std::uint64_t bits() { return random_.next(); }
    /// 0 .. n - 1
    std::uint64_t below(std::uint64_t n) { return random_.next() % n; }
    bool chance(double p) { return static_cast<double>(random_.next() >> 11) * 0x1.0p-53 < p; }
    Duration between(Duration least, Duration most) {
        return least + Duration{static_cast<std::int64_t>(
                           below(static_cast<std::uint64_t>((most - least).count()) + 1))};
    }

private:
    core::Random random_;
};

}  // namespace cohort::sim
