// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/pace.hpp"

#include <algorithm>

namespace cohort::link {

std::chrono::nanoseconds time_on_line(std::size_t bytes, unsigned baud) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(bytes) * 10 * 1'000'000'000 / baud);
}

void Pace::sent(std::size_t bytes, Time now) {
    const auto taken = time_on_line(bytes, baud_);
    free_at_ = now + taken;
    paid_at_ = std::max(paid_at_, now) + 2 * taken;
}

Pace::Time Pace::next() const {
    return std::max(free_at_, paid_at_ - time_on_line(kBurstBytes, baud_));
}

}  // namespace cohort::link
