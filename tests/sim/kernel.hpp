// SPDX-License-Identifier: GPL-2.0-or-later
//
// The module as the protocol sees it (4.3, R4, A2): it refuses old epochs and
// old controllers, and stops serving at the deadline by itself.
#pragma once

#include "ctl/cohortd/core/machine.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace cohort::sim {

using core::Rights;
using core::Time;

class Kernel {
public:
    explicit Kernel(std::size_t buckets) : Kernel(std::vector<Rights>(buckets, Rights::none)) {}
    /// One that begins with these, past its deadline.
    explicit Kernel(std::vector<Rights> states) : states_(std::move(states)) {}

    /// Become the controller. Gives the generation that its calls must carry.
    std::uint32_t claim() { return ++generation_; }

    bool set(std::uint32_t generation, std::uint64_t epoch, const std::vector<Rights>& states,
             Time deadline) {
        if (generation != generation_ || epoch < epoch_) {
            return false;
        }
        epoch_ = epoch;
        states_ = states;
        deadline_ = deadline;
        return true;
    }

    bool renew(std::uint32_t generation, std::uint64_t epoch, Time deadline) {
        if (generation != generation_ || epoch != epoch_) {
            return false;
        }
        deadline_ = deadline;
        return true;
    }

    /// What it serves at this moment of its clock.
    Rights serves(std::size_t bucket, Time now) const {
        return now < serves_until() ? states_[bucket] : Rights::none;
    }
    /// From which it serves nothing.
    Time serves_until() const { return immortal_ ? Time::max() : deadline_; }

    core::KernelHeld held() const { return {epoch_, deadline_, states_}; }
    const std::vector<Rights>& states() const { return states_; }
    std::uint64_t epoch() const { return epoch_; }

    /// Breaks A2: the deadline is not looked at.
    void ignore_deadline() { immortal_ = true; }

private:
    std::uint32_t generation_ = 0;
    std::uint64_t epoch_ = 0;
    std::vector<Rights> states_;
    Time deadline_{};
    bool immortal_ = false;
};

}  // namespace cohort::sim
