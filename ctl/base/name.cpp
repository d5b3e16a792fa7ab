// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"

#include "cohort/limits.h"

#include <fmt/format.h>

#include <string>

namespace cohort {

Result<void> check_cluster_name(std::string_view name) {
    const bool terminated_early = name.find('\0') != std::string_view::npos;
    if (terminated_early || !cohort_name_ok(std::string(name).c_str()))
        return usage_error(
            fmt::format("cluster name '{}' is not 1 to {} of a-z 0-9 - _", name, COHORT_NAME_MAX));
    return {};
}

}  // namespace cohort
