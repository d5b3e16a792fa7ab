// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/address.hpp"

#include "ctl/base/number.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

namespace cohort {
namespace {

std::uint64_t longest_prefix(Family family) {
    return family == Family::ipv4 ? 32 : 128;
}

Error wrong_endpoint(std::string_view text) {
    return usage_error(fmt::format(
        "'{}' is not ADDR, 192.0.2.1:PORT or [2001:db8::1]:PORT with a port of 0..65535", text));
}

}  // namespace

Result<IpAddress> parse_ip_address(std::string_view text) {
    // inet_pton() wants a terminated string, and must not stop at an embedded NUL.
    const std::string terminated(text);
    IpAddress address;
    if (text.find('\0') == std::string_view::npos) {
        if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1)
            return address;
        address.family = Family::ipv6;
        if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1)
            return address;
    }
    return usage_error(
        fmt::format("'{}' is not an address such as 192.0.2.1 or 2001:db8::1", text));
}

Result<Vip> parse_vip(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_ip_address(text.substr(0, slash));
    if (!address || slash == std::string_view::npos)
        return usage_error(fmt::format(
            "VIP '{}' is not ADDR/LEN, such as 192.0.2.50/24 or 2001:db8::50/64", text));
    const std::uint64_t longest = longest_prefix(address->family);
    const auto length = parse_decimal(text.substr(slash + 1));
    if (!length || *length < 1 || *length > longest)
        return usage_error(
            fmt::format("VIP '{}' has a prefix length that is not of 1..{}", text, longest));
    return Vip{*address, static_cast<std::uint8_t>(*length)};
}

Result<Endpoint> parse_endpoint(std::string_view text) {
    std::string_view address = text;
    std::string_view port = "0";
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos)
            return wrong_endpoint(text);
        address = text.substr(1, close - 1);
        const std::string_view rest = text.substr(close + 1);
        if (!rest.empty() && rest[0] != ':')
            return wrong_endpoint(text);
        if (!rest.empty())
            port = rest.substr(1);
    } else if (std::ranges::count(text, ':') == 1) {
        address = text.substr(0, text.find(':'));
        port = text.substr(text.find(':') + 1);
    }

    const auto parsed = parse_ip_address(address);
    const auto number = parse_decimal(port);
    const bool bracketed_ipv4 = text.starts_with('[') && parsed && parsed->family == Family::ipv4;
    if (!parsed || !number || *number > 65535 || bracketed_ipv4)
        return wrong_endpoint(text);
    return Endpoint{*parsed, static_cast<std::uint16_t>(*number)};
}

bool is_multicast(const IpAddress& address) {
    return address.family == Family::ipv4 ? (address.bytes[0] & 0xF0) == 0xE0
                                          : address.bytes[0] == 0xFF;
}

bool is_host(const IpAddress& address) {
    if (is_multicast(address))
        return false;
    if (address.family == Family::ipv6)  // neither :: nor ::1
        return std::ranges::any_of(address.span().first(15), [](auto byte) { return byte != 0; }) ||
               address.bytes[15] > 1;
    const std::uint8_t first = address.bytes[0];
    return first != 0 && first != 127 &&
           !std::ranges::all_of(address.span(), [](auto byte) { return byte == 0xFF; });
}

bool is_host(const Vip& vip) {
    if (!is_host(vip.address))
        return false;
    if (vip.address.family == Family::ipv6 || vip.prefix_len >= 31)
        return true;
    std::uint32_t bits = 0;
    for (const std::uint8_t byte : vip.address.span())
        bits = bits << 8 | byte;
    const std::uint32_t mask = ~std::uint32_t{0} >> vip.prefix_len;
    return (bits & mask) != 0 && (bits & mask) != mask;
}

std::string format_address(const IpAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address.family == Family::ipv4 ? AF_INET : AF_INET6, address.bytes.data(),
              text.data(), text.size());
    return text.data();
}

std::string format_vip(const Vip& vip) {
    return fmt::format("{}/{}", format_address(vip.address), vip.prefix_len);
}

Result<IpAddress> address_from_bytes(std::span<const std::uint8_t> bytes) {
    IpAddress address;
    if (bytes.size() != 4 && bytes.size() != 16)
        return usage_error(fmt::format("an address has 4 or 16 bytes, not {}", bytes.size()));
    address.family = bytes.size() == 4 ? Family::ipv4 : Family::ipv6;
    std::ranges::copy(bytes, address.bytes.begin());
    return address;
}

}  // namespace cohort
