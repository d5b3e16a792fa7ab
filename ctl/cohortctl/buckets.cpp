// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/buckets.hpp"

#include "ctl/base/duration.hpp"

#include <fmt/format.h>
#include <linux/cohort.h>

namespace cohort::ctl {

Result<void> check_bucket_list(const std::string& text) {
    const auto list = parse_bucket_list(text, COHORT_BUCKETS_MAX);
    if (!list)
        return list.error();
    return {};
}

Result<netlink::BootInstant> deadline_after(const std::string& duration) {
    const auto span = parse_duration(duration);
    if (!span)
        return span.error();
    if (*span > std::chrono::milliseconds{COHORT_LEASE_MAX_MS})
        return usage_error(
            fmt::format("deadline '{}' is farther from now than the farthest, 1h", duration));
    return netlink::boot_now() + *span;
}

}  // namespace cohort::ctl
