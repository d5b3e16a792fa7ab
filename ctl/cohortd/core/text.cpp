// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/text.hpp"

#include <array>
#include <cstdio>

namespace cohort::core {

std::string text(Duration duration) {
    constexpr std::int64_t kTenth = 100'000;
    const std::int64_t tenths = duration.count() / kTenth;
    std::string out = std::to_string(tenths / 10);
    if (tenths % 10 != 0) {
        out += "." + std::to_string(tenths % 10);
    }
    return out + " ms";
}

std::string text(const EpochId& id) {
    std::array<char, 48> out{};
    const int length = std::snprintf(out.data(), out.size(), "%llu.%u.%08llx",
                                     static_cast<unsigned long long>(id.counter), id.planner,
                                     static_cast<unsigned long long>(id.digest >> 32));
    return {out.data(), static_cast<std::size_t>(length)};
}

std::string buckets_text(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " bucket" : " buckets");
}

}  // namespace cohort::core
