// SPDX-License-Identifier: GPL-2.0-or-later
//
// The one clock of the daemon: CLOCK_BOOTTIME, as the kernel's leases use it.
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <time.h>

namespace cohort::shell {

inline core::Time boot_now() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return core::Time(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace cohort::shell
