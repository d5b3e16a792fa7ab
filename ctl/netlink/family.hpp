// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the kernel numbers a generic netlink family and its group.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/netlink/socket.hpp"

#include <cstdint>

namespace cohort::netlink {

struct Family {
    std::uint16_t id = 0;      ///< the type of its messages
    std::uint32_t events = 0;  ///< the multicast group
};

/// Asks for the family `cohort`; the kernel then loads the module if it is
/// not there. Unreachable if it cannot.
Result<Family> find_family(Socket& socket);

}  // namespace cohort::netlink
