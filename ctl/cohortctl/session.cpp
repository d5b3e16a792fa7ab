// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/session.hpp"

#include <fmt/format.h>

namespace cohort::ctl {

Error about(const std::string& cluster, Error error) {
    error.message = fmt::format("cluster '{}': {}", cluster, error.message);
    return error;
}

}  // namespace cohort::ctl
