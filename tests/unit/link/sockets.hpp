// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sockets on loopback, from outside of what is tested.
#pragma once

#include "ctl/base/address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <span>
#include <string>
#include <utility>

namespace cohort::link::test {

inline std::pair<sockaddr_storage, socklen_t> socket_address(const Endpoint& endpoint) {
    sockaddr_storage storage{};
    if (endpoint.address.family == Family::ipv4) {
        auto* address = reinterpret_cast<sockaddr_in*>(&storage);
        address->sin_family = AF_INET;
        address->sin_port = htons(endpoint.port);
        std::memcpy(&address->sin_addr, endpoint.address.bytes.data(), 4);
        return {storage, sizeof *address};
    }
    auto* address = reinterpret_cast<sockaddr_in6*>(&storage);
    address->sin6_family = AF_INET6;
    address->sin6_port = htons(endpoint.port);
    std::memcpy(&address->sin6_addr, endpoint.address.bytes.data(), 16);
    return {storage, sizeof *address};
}

inline int open_socket(const Endpoint& endpoint) {
    const int family = endpoint.address.family == Family::ipv4 ? AF_INET : AF_INET6;
    return ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/// The address with a port that nobody uses now.
inline Endpoint free_endpoint(const std::string& address) {
    Endpoint endpoint{*parse_ip_address(address), 0};
    const int fd = open_socket(endpoint);
    auto [storage, size] = socket_address(endpoint);
    auto* any = reinterpret_cast<sockaddr*>(&storage);
    EXPECT_EQ(::bind(fd, any, size), 0);
    EXPECT_EQ(::getsockname(fd, any, &size), 0);
    ::close(fd);
    // The port stands at the same place in both families.
    endpoint.port = ntohs(reinterpret_cast<sockaddr_in*>(any)->sin_port);
    return endpoint;
}

inline void send_to(const Endpoint& endpoint, std::span<const std::byte> bytes) {
    const int fd = open_socket(endpoint);
    const auto [storage, size] = socket_address(endpoint);
    EXPECT_EQ(::sendto(fd, bytes.data(), bytes.size(), 0,
                       reinterpret_cast<const sockaddr*>(&storage), size),
              static_cast<ssize_t>(bytes.size()));
    ::close(fd);
}

}  // namespace cohort::link::test
