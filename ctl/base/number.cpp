// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/number.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cohort {

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

Result<std::uint64_t> parse_number(std::string_view what, std::string_view text, std::uint64_t min,
                                   std::uint64_t max) {
    const auto value = parse_decimal(text);
    if (!value || *value < min || *value > max)
        return usage_error(
            fmt::format("{} '{}' is not a whole number of {}..{}", what, text, min, max));
    return *value;
}

}  // namespace cohort
