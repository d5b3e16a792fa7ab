// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/sources.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

namespace cohort::testbed {
namespace {

in6_addr mapped(const IpAddress& address) {
    in6_addr all{};
    if (address.family == Family::ipv4)
        all.s6_addr[10] = all.s6_addr[11] = 0xff;
    std::memcpy(std::end(all.s6_addr) - address.size(), address.bytes.data(), address.size());
    return all;
}

}  // namespace

Result<Sources> Sources::parse(std::string_view text) {
    const auto prefix = parse_vip(text);
    if (!prefix)
        return prefix.error();
    const std::size_t host_bits = prefix->address.size() * 8 - prefix->prefix_len;
    if (host_bits < 2)
        return usage_error(
            fmt::format("sources '{}': expected a prefix, at most a /30 or /126", text));
    Sources sources;
    sources.before_first_ = mapped(prefix->address);
    for (std::size_t bit = 0; bit < host_bits; ++bit)
        sources.before_first_.s6_addr[15 - bit / 8] &= static_cast<std::uint8_t>(~(1U << bit % 8));
    sources.count_ = (std::size_t{1} << std::min<std::size_t>(host_bits, 32)) - 2;
    return sources;
}

in6_addr Sources::at(std::size_t index) const {
    in6_addr source = before_first_;
    if (IN6_IS_ADDR_UNSPECIFIED(&source))
        return source;
    const auto number = static_cast<std::uint32_t>(index % count_ + 1);
    for (std::size_t byte = 0; byte < sizeof number; ++byte)
        source.s6_addr[15 - byte] |= static_cast<std::uint8_t>(number >> 8 * byte);
    return source;
}

Result<sockaddr_in6> parse_target(std::string_view text) {
    const auto endpoint = parse_endpoint(text);
    if (!endpoint)
        return endpoint.error();
    if (endpoint->port == 0)
        return usage_error(fmt::format("target '{}': expected an address with a port", text));
    sockaddr_in6 target{};
    target.sin6_family = AF_INET6;
    target.sin6_port = htons(endpoint->port);
    target.sin6_addr = mapped(endpoint->address);
    return target;
}

}  // namespace cohort::testbed
