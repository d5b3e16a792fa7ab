// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sockets of both families: an IPv4 address is ::ffff:a.b.c.d to them. What fails
// ends the program.
#pragma once

#include "tests/vm/tools/lib/descriptor.hpp"

#include <cstdint>

namespace cohort::testbed {

/// Nonblocking; of SOCK_DGRAM or SOCK_STREAM.
Descriptor inet_socket(int type);

/// To a port of all addresses.
void bind_port(int fd, std::uint16_t port);

}  // namespace cohort::testbed
