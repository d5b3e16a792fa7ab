// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/vm/tools/lib/descriptor.hpp"
#include "tests/vm/tools/lib/record.hpp"

#include <netinet/in.h>

#include <cstdint>
#include <optional>
#include <span>

namespace cohort::testbed {

/// A nonblocking UDP socket on a port of all addresses of both families; the source of each
/// datagram is chosen when it is sent.
Descriptor udp_socket(std::uint16_t port);

/// False if the kernel refused the datagram.
bool send_from(int fd, in6_addr source, const sockaddr_in6& target,
               std::span<const std::uint8_t> data);

/// The next answer that has come from `target`; nothing when none is left.
/// Whatever else came is passed over.
std::optional<Record> receive_answer(int fd, const sockaddr_in6& target);

/// A nonblocking TCP connection under way. No descriptor: refused at once, see errno.
Descriptor tcp_connect(in6_addr source, const sockaddr_in6& target);

/// What became of a connection that is writable for the first time: 0 or errno.
int tcp_connect_error(int fd);

}  // namespace cohort::testbed
