// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the commands on buckets share. None of them carries a generation: where
// cohortd has claimed control, the kernel refuses them, since two hands on the
// same buckets could make two nodes serve one.
#pragma once

#include "ctl/base/bucket_list.hpp"
#include "ctl/base/result.hpp"
#include "ctl/netlink/types.hpp"

#include <string>

namespace cohort::ctl {

/// Whether a LIST could be one of some cluster, before any is asked for.
Result<void> check_bucket_list(const std::string& text);

/// now + DURATION, at most the kernel's longest lease.
Result<netlink::BootInstant> deadline_after(const std::string& duration);

}  // namespace cohort::ctl
