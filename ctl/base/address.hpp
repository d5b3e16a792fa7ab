// SPDX-License-Identifier: GPL-2.0-or-later
//
// IPv4 and IPv6 addresses as values, and their text.
#pragma once

#include "ctl/base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cohort {

enum class Family : std::uint8_t { ipv4, ipv6 };

/// An address in network order; an IPv4 address fills the first 4 bytes and
/// leaves the others 0.
struct IpAddress {
    Family family = Family::ipv4;
    std::array<std::uint8_t, 16> bytes{};

    std::size_t size() const { return family == Family::ipv4 ? 4 : 16; }
    std::span<const std::uint8_t> span() const { return {bytes.data(), size()}; }
    bool operator==(const IpAddress&) const = default;
};

/// A virtual address as an administrator writes it: 192.0.2.50/24. The host
/// bits are the address itself and are kept.
struct Vip {
    IpAddress address;
    std::uint8_t prefix_len = 0;
    bool operator==(const Vip&) const = default;
};

/// An address with a port, which is 0 where none was given.
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;
    bool operator==(const Endpoint&) const = default;
};

/// "192.0.2.1" or "2001:db8::1"; no scope, no brackets.
Result<IpAddress> parse_ip_address(std::string_view text);

/// ADDR/LEN; the length is required, 1..32 or 1..128.
Result<Vip> parse_vip(std::string_view text);

/// ADDR, 192.0.2.1:PORT or [2001:db8::1]:PORT.
Result<Endpoint> parse_endpoint(std::string_view text);

/// True for a group: 224.0.0.0/4 or ff00::/8 (RFC 1112, RFC 4291).
bool is_multicast(const IpAddress& address);

/// True if a host may have this address: no group, no loopback, no broadcast, and
/// not "any", which in IPv4 is all of 0.0.0.0/8 (RFC 1122, 3.2.1.3).
bool is_host(const IpAddress& address);
/// Likewise, in its network: neither the network's own address nor its broadcast, which
/// IPv4 networks of 31 and 32 bits do not have (RFC 3021).
bool is_host(const Vip& vip);

std::string format_address(const IpAddress& address);
std::string format_vip(const Vip& vip);

/// The address of 4 or 16 bytes in network order; any other length is refused.
Result<IpAddress> address_from_bytes(std::span<const std::uint8_t> bytes);

}  // namespace cohort
