// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/duration.hpp"

#include "ctl/base/number.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace cohort {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
};

constexpr std::int64_t kSecond = 1'000'000'000;
/// Largest first, for format_duration(). None ends in another's whole name
/// with a digit before it, so the letters after the number tell the unit.
constexpr std::array<Unit, 5> kUnits{{{"h", 3600 * kSecond},
                                      {"m", 60 * kSecond},
                                      {"s", kSecond},
                                      {"ms", kSecond / 1'000},
                                      {"us", kSecond / 1'000'000}}};
constexpr std::int64_t kLongest = std::int64_t{1000} * 3600 * kSecond;

const Unit* find_unit(std::string_view name) {
    for (const Unit& unit : kUnits) {
        if (unit.name == name)
            return &unit;
    }
    return nullptr;
}

/// digits[.digits] units in nanoseconds; -1 if it is no number, or not a
/// whole one of nanoseconds, or too long.
std::int64_t scale(std::string_view number, std::int64_t unit) {
    const std::size_t dot = number.find('.');
    const auto whole = parse_decimal(number.substr(0, dot));
    if (!whole || *whole > static_cast<std::uint64_t>(kLongest / unit))
        return -1;

    std::int64_t total = static_cast<std::int64_t>(*whole) * unit;
    if (dot != std::string_view::npos) {
        const std::string_view fraction = number.substr(dot + 1);
        if (fraction.empty())
            return -1;
        for (const char digit : fraction) {
            if (digit < '0' || digit > '9')
                return -1;
            if (unit % 10 != 0 && digit != '0')
                return -1;
            unit /= 10;
            total += (digit - '0') * unit;
        }
    }
    return total <= kLongest ? total : -1;
}

}  // namespace

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
    if (text == "0")
        return std::chrono::nanoseconds{0};
    const std::size_t split = text.find_last_of("0123456789.") + 1;
    const Unit* unit = find_unit(text.substr(split));
    const std::int64_t total = unit ? scale(text.substr(0, split), unit->nanoseconds) : -1;
    if (total < 0)
        return usage_error(fmt::format(
            "duration '{}' is not a number with a unit of us, ms, s, m or h, such as 250ms", text));
    return std::chrono::nanoseconds{total};
}

Result<std::chrono::milliseconds> parse_milliseconds(std::string_view text) {
    const auto exact = parse_duration(text);
    if (!exact)
        return exact.error();
    const auto rounded = std::chrono::floor<std::chrono::milliseconds>(*exact);
    if (rounded != *exact)
        return usage_error(
            fmt::format("duration '{}' is not a whole number of milliseconds", text));
    return rounded;
}

std::string format_duration(std::chrono::nanoseconds duration) {
    const std::int64_t count = duration.count();
    if (count == 0)
        return "0s";
    for (const Unit& unit : kUnits) {
        if (count % unit.nanoseconds == 0)
            return fmt::format("{}{}", count / unit.nanoseconds, unit.name);
    }
    return fmt::format("{}ns", count);
}

}  // namespace cohort
