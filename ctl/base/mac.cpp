// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/mac.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace cohort {

Result<Mac> parse_mac(std::string_view text) {
    const auto wrong = [&] {
        return usage_error(
            fmt::format("MAC address '{}' is not of the form 01:00:5e:7f:00:01", text));
    };
    constexpr std::size_t kLength = 17;
    if (text.size() != kLength || (text[2] != ':' && text[2] != '-'))
        return wrong();

    Mac mac{};
    for (std::size_t i = 0; i < mac.size(); ++i) {
        const char* pair = text.data() + 3 * i;
        if (i + 1 < mac.size() && pair[2] != text[2])
            return wrong();
        const auto [stop, error] = std::from_chars(pair, pair + 2, mac[i], 16);
        if (error != std::errc{} || stop != pair + 2)
            return wrong();
    }
    return mac;
}

std::string format_mac(const Mac& mac) {
    return fmt::format("{:02x}", fmt::join(mac, ":"));
}

}  // namespace cohort
