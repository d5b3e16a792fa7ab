// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/sources.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace cohort::testbed {

Result<Sources> Sources::parse(std::string_view text) {
    const auto prefix = parse_vip(text);
    if (!prefix)
        return prefix.error();
    if (prefix->address.family != Family::ipv4 || prefix->prefix_len > 30)
        return usage_error(
            fmt::format("sources '{}': expected an IPv4 prefix, at most a /30", text));
    in_addr base{};
    std::memcpy(&base, prefix->address.bytes.data(), sizeof base);
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - prefix->prefix_len);
    Sources sources;
    sources.first_ = (ntohl(base.s_addr) & mask) + 1;
    sources.count_ = std::size_t{~mask} - 1;
    return sources;
}

in_addr Sources::at(std::size_t index) const {
    if (first_ == INADDR_ANY)
        return {htonl(INADDR_ANY)};
    return {htonl(first_ + static_cast<std::uint32_t>(index % count_))};
}

Result<sockaddr_in> parse_target(std::string_view text) {
    const auto endpoint = parse_endpoint(text);
    if (!endpoint)
        return endpoint.error();
    if (endpoint->address.family != Family::ipv4 || endpoint->port == 0)
        return usage_error(fmt::format("target '{}': expected an IPv4 address with a port", text));
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(endpoint->port);
    std::memcpy(&target.sin_addr, endpoint->address.bytes.data(), sizeof target.sin_addr);
    return target;
}

}  // namespace cohort::testbed
