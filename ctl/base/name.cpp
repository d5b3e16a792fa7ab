// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cohort {

Result<void> check_cluster_name(std::string_view name) {
    constexpr std::size_t kLongest = 31;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (name.empty() || name.size() > kLongest || !std::ranges::all_of(name, allowed))
        return usage_error(
            fmt::format("cluster name '{}' is not 1 to {} of a-z 0-9 - _", name, kLongest));
    return {};
}

}  // namespace cohort
