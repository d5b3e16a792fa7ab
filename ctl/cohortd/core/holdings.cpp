// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/holdings.hpp"

#include <algorithm>
#include <bit>

namespace cohort::core {

namespace {

std::size_t rights_in(Rights rights) {
    return static_cast<std::size_t>(std::popcount(static_cast<std::uint8_t>(rights)));
}

}  // namespace

void Holdings::carry(const Plan& plan) {
    resume(held_, plan);
}

void Holdings::drop_all(const Plan& plan) {
    resume(std::vector<Rights>(held_.size(), Rights::none), plan);
}

void Holdings::resume(const std::vector<Rights>& kernel, const Plan& plan) {
    given_ = 0;
    for (std::size_t b = 0; b < held_.size(); ++b) {
        const Rights given = plan.rights(node_, b);
        held_[b] = kernel[b] & given;
        given_ += rights_in(given);
    }
    carried_ = true;
    count();
}

void Holdings::open(const Plan& plan) {
    for (std::size_t b = 0; b < held_.size(); ++b) {
        held_[b] = plan.rights(node_, b);
    }
    carried_ = false;
    count();
}

void Holdings::drop_carried() {
    if (carried_) {
        std::fill(held_.begin(), held_.end(), Rights::none);
        count();
    }
}

void Holdings::count() {
    rights_ = fresh_ = 0;
    for (const Rights held : held_) {
        rights_ += rights_in(held);
        fresh_ += (held & Rights::fresh) != Rights::none ? 1U : 0U;
    }
}

}  // namespace cohort::core
