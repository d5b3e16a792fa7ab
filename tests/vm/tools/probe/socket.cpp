// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/socket.hpp"

#include "tests/vm/tools/lib/inet.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace cohort::testbed {
namespace {

// Room for the answers of a burst while the probe is busy elsewhere.
constexpr int kReceiveBuffer = 4 << 20;

template <class T>
const sockaddr* as_sockaddr(const T& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

void set(int fd, int level, int option, int value, const char* what) {
    must(setsockopt(fd, level, option, &value, sizeof value), what);
}

}  // namespace

Descriptor udp_socket(std::uint16_t port) {
    Descriptor socket = inet_socket(SOCK_DGRAM);
    set(socket.get(), SOL_SOCKET, SO_RCVBUF, kReceiveBuffer, "SO_RCVBUF");
    bind_port(socket.get(), port);
    return socket;
}

bool send_from(int fd, in6_addr source, const sockaddr_in6& target,
               std::span<const std::uint8_t> data) {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
    iovec part{const_cast<std::uint8_t*>(data.data()), data.size()};
    msghdr message{};
    message.msg_name = const_cast<sockaddr_in6*>(&target);
    message.msg_namelen = sizeof target;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!IN6_IS_ADDR_UNSPECIFIED(&source)) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = IPPROTO_IPV6;
        header->cmsg_type = IPV6_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
        in6_pktinfo info{};
        info.ipi6_addr = source;
        std::memcpy(CMSG_DATA(header), &info, sizeof info);
    }
    return sendmsg(fd, &message, 0) == static_cast<ssize_t>(data.size());
}

std::optional<Record> receive_answer(int fd, const sockaddr_in6& target) {
    for (;;) {
        std::array<std::uint8_t, sizeof(Record)> buffer;
        sockaddr_in6 from{};
        socklen_t length = sizeof from;
        const ssize_t size = recvfrom(fd, buffer.data(), buffer.size(), MSG_TRUNC,
                                      reinterpret_cast<sockaddr*>(&from), &length);
        if (size < 0) {
            // An ICMP error is told once and is no answer.
            if (errno == EAGAIN)
                return {};
            continue;
        }
        if (static_cast<std::size_t>(size) < buffer.size() ||
            !IN6_ARE_ADDR_EQUAL(&from.sin6_addr, &target.sin6_addr) ||
            from.sin6_port != target.sin6_port)
            continue;
        Record record;
        std::memcpy(&record, buffer.data(), sizeof record);
        if (record.is_answer())
            return record;
    }
}

Descriptor tcp_connect(in6_addr source, const sockaddr_in6& target) {
    Descriptor socket = inet_socket(SOCK_STREAM);
    set(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1, "IP_BIND_ADDRESS_NO_PORT");
    set(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    sockaddr_in6 own{};
    own.sin6_family = AF_INET6;
    own.sin6_addr = source;
    must(bind(socket.get(), as_sockaddr(own), sizeof own), "bind");
    if (connect(socket.get(), as_sockaddr(target), sizeof target) < 0 && errno != EINPROGRESS)
        return {};
    return socket;
}

int tcp_connect_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    must(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
    return error;
}

}  // namespace cohort::testbed
