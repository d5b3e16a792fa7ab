// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/echod/service.hpp"
#include "tests/vm/tools/lib/inet.hpp"
#include "tests/vm/tools/lib/record.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <vector>

namespace cohort::testbed {

/// `partial` is the begin of a record whose rest has not come yet.
struct TcpEcho::Connection {
    Descriptor socket;
    std::vector<std::uint8_t> partial;
};

TcpEcho::TcpEcho(Reactor& reactor, std::uint16_t port, std::uint32_t node, Answered& answered)
    : reactor_(reactor), listener_(inet_socket(SOCK_STREAM)), node_(node), answered_(answered) {
    const int on = 1;
    must(setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
    bind_port(listener_.get(), port);
    must(listen(listener_.get(), SOMAXCONN), "listen");
    reactor_.watch(listener_.get(), EPOLLIN, [this](auto) { accept_all(); });
}

TcpEcho::~TcpEcho() = default;

void TcpEcho::accept_all() {
    for (;;) {
        Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket)
            return;
        const int on = 1;
        setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const int fd = socket.get();
        connections_[fd] = std::make_unique<Connection>(Connection{std::move(socket), {}});
        ++answered_.tcp_connections;
        reactor_.watch(fd, EPOLLIN, [this, fd](auto) { serve(fd); });
    }
}

void TcpEcho::serve(int fd) {
    if (answer(*connections_.at(fd)))
        return;
    reactor_.forget(fd);
    connections_.erase(fd);
}

/// False when the connection has ended.
bool TcpEcho::answer(Connection& connection) {
    std::array<std::uint8_t, 4096> buffer;
    const ssize_t size = read(connection.socket.get(), buffer.data(), buffer.size());
    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    if (size == 0)
        return false;
    auto& pending = connection.partial;
    pending.insert(pending.end(), buffer.begin(), buffer.begin() + size);
    const std::size_t whole = pending.size() / sizeof(Record) * sizeof(Record);
    for (std::size_t at = 0; at < whole; at += sizeof(Record)) {
        std::memcpy(pending.data() + at + offsetof(Record, node), &node_, sizeof node_);
        ++answered_.tcp;
    }
    // A probe asks little and reads at once: what does not fit was not read.
    const ssize_t sent = send(connection.socket.get(), pending.data(), whole, MSG_NOSIGNAL);
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(whole));
    return sent == static_cast<ssize_t>(whole);
}

}  // namespace cohort::testbed
