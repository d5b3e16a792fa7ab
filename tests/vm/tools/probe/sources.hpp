// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ctl/base/address.hpp"

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>

namespace cohort::testbed {

/// The addresses that questions come from: all of a prefix but its first and
/// last. They must be local to the machine, e.g. by `ip route add local`.
class Sources {
public:
    /// One source: whichever the kernel chooses.
    Sources() = default;
    /// ADDR/LEN, IPv4, at most a /30.
    static Result<Sources> parse(std::string_view text);

    std::size_t size() const { return count_; }
    in_addr at(std::size_t index) const;

private:
    std::uint32_t first_ = INADDR_ANY;
    std::size_t count_ = 1;
};

/// An IPv4 address with a port, as sockets want it.
Result<sockaddr_in> parse_target(std::string_view text);

}  // namespace cohort::testbed
