// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/lib/inet.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

namespace cohort::testbed {

Descriptor inet_socket(int type) {
    Descriptor made(must(socket(AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
    const int off = 0;
    must(setsockopt(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), "IPV6_V6ONLY");
    return made;
}

void bind_port(int fd, std::uint16_t port) {
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    must(bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any), "bind");
}

}  // namespace cohort::testbed
