// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ctl/base/address.hpp"

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>

namespace cohort::testbed {

/// The addresses that questions come from: all of a prefix but its first and
/// last, of IPv6 as many as there are of IPv4. They must be local to the machine,
/// e.g. by `ip route add local`; IPv6 wants net.ipv6.ip_nonlocal_bind=1 as well.
/// IPv4 addresses are ::ffff:a.b.c.d here, as sockets of both families have them.
class Sources {
public:
    /// One source: whichever the kernel chooses.
    Sources() = default;
    /// ADDR/LEN, at most a /30 or /126.
    static Result<Sources> parse(std::string_view text);

    std::size_t size() const { return count_; }
    in6_addr at(std::size_t index) const;

private:
    in6_addr before_first_ = in6addr_any;
    std::size_t count_ = 1;
};

/// An address with a port, as sockets of both families want it.
Result<sockaddr_in6> parse_target(std::string_view text);

}  // namespace cohort::testbed
