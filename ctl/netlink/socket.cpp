// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/socket.hpp"

#include "ctl/netlink/netns.hpp"

#include <fmt/format.h>
#include <netlink/errno.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace cohort::netlink {
namespace {

/// More than the kernel puts into one datagram: 16 KiB of states and their
/// header in an answer, 32 KiB in a dump.
constexpr std::size_t kDatagram = 65536;
/// Room for several such answers in the kernel's queue.
constexpr int kReceiveQueue = 512 * 1024;
constexpr int kSendQueue = 128 * 1024;
/// Asked for notifications: some ten thousand events.
constexpr int kEventQueue = 4 << 20;
/// A dump that changes under every one of so many reads is given up.
constexpr int kDumpRounds = 100;

Error system_error(const char* what, int code) {
    return {ErrorKind::unreachable,
            fmt::format("{}: {}", what, std::generic_category().message(code)), code};
}

void set_flag(int fd, int option) {
    // Kernels since 4.12 know both options; without one, errors are terser.
    const int on = 1;
    setsockopt(fd, SOL_NETLINK, option, &on, sizeof(on));
}

}  // namespace

Socket::Socket(nl_sock* socket, AttributeNames names)
    : socket_(socket), names_(names), buffer_(kDatagram) {}

Result<std::unique_ptr<Socket>> Socket::open(int protocol, const std::optional<std::string>& netns,
                                             AttributeNames names) {
    const auto scope = NetnsScope::enter(netns);
    if (!scope)
        return scope.error();
    nl_sock* raw = nl_socket_alloc();
    if (!raw)
        throw std::bad_alloc();
    std::unique_ptr<Socket> socket(new Socket(raw, names));
    if (const int error = nl_connect(raw, protocol); error < 0)
        return Error{ErrorKind::unreachable,
                     fmt::format("cannot open a netlink socket: {}", nl_geterror(error)), 0};
    nl_socket_set_buffer_size(raw, kReceiveQueue, kSendQueue);
    set_flag(socket->fd(), NETLINK_EXT_ACK);
    set_flag(socket->fd(), NETLINK_CAP_ACK);
    set_flag(socket->fd(), NETLINK_GET_STRICT_CHK);
    return socket;
}

Socket::Datagram Socket::receive() {
    sockaddr_nl sender{};
    iovec piece{buffer_.data(), buffer_.size()};
    msghdr header{};
    header.msg_name = &sender;
    header.msg_namelen = sizeof(sender);
    header.msg_iov = &piece;
    header.msg_iovlen = 1;

    ssize_t size = 0;
    do {
        size = recvmsg(fd(), &header, 0);
    } while (size < 0 && errno == EINTR);
    if (size < 0)
        return {errno, 0};
    if ((header.msg_flags & MSG_TRUNC) != 0)
        return {EMSGSIZE, 0};
    // Another process may write to this socket: only the kernel is believed.
    return {0, sender.nl_pid == 0 ? static_cast<std::size_t>(size) : 0};
}

Result<Socket::Ending> Socket::converse(Message& request, const Handler& handler) {
    if (request.overflown())
        return usage_error("the request does not fit a netlink message");
    if (const int error = nl_send_auto(socket_.get(), request.get()); error < 0)
        return Error{ErrorKind::unreachable,
                     fmt::format("cannot send to the kernel: {}", nl_geterror(error)), 0};

    const std::uint32_t sequence = request.raw()->nlmsg_seq;
    Result<void> verdict;
    bool interrupted = false;
    while (true) {
        const Datagram datagram = receive();
        if (datagram.error != 0)
            return system_error("cannot read the kernel's answer", datagram.error);
        int rest = static_cast<int>(datagram.size);
        for (auto* message = reinterpret_cast<nlmsghdr*>(buffer_.data()); nlmsg_ok(message, rest);
             message = nlmsg_next(message, &rest)) {
            if (message->nlmsg_seq != sequence)
                continue;
            interrupted = interrupted || (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
            if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
                if (error_code(message) != 0)
                    return refusal(message, request.raw(), names_);
                if (!verdict)
                    return verdict.error();
                return interrupted ? Ending::interrupted : Ending::whole;
            }
            if (message->nlmsg_type >= NLMSG_MIN_TYPE && handler && verdict)
                verdict = handler(message);
        }
    }
}

Result<void> Socket::exchange(Message& request, const Handler& handler) {
    const auto ending = converse(request, handler);
    if (!ending)
        return ending.error();
    return {};
}

Result<void> Socket::dump(const std::function<Message()>& request, const Handler& handler,
                          const std::function<void()>& restart) {
    for (int round = 0; round < kDumpRounds; ++round) {
        restart();
        Message message = request();
        const auto ending = converse(message, handler);
        if (!ending)
            return ending.error();
        if (*ending == Ending::whole)
            return {};
    }
    return Error{ErrorKind::refused, "the kernel's table changes faster than it can be read",
                 EINTR};
}

Result<void> Socket::subscribe(std::uint32_t group) {
    // Beyond net.core.rmem_max only with CAP_NET_ADMIN; as much as may be else.
    if (setsockopt(fd(), SOL_SOCKET, SO_RCVBUFFORCE, &kEventQueue, sizeof(kEventQueue)) != 0)
        setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &kEventQueue, sizeof(kEventQueue));
    if (const int error = nl_socket_add_membership(socket_.get(), static_cast<int>(group));
        error < 0)
        return Error{ErrorKind::refused,
                     fmt::format("cannot subscribe to events: {}", nl_geterror(error)), 0};
    if (const int error = nl_socket_set_nonblocking(socket_.get()); error < 0)
        return Error{ErrorKind::refused,
                     fmt::format("cannot make a socket non-blocking: {}", nl_geterror(error)), 0};
    return {};
}

Result<bool> Socket::drain(const Handler& handler) {
    bool lost = false;
    while (true) {
        const Datagram datagram = receive();
        if (datagram.error == EAGAIN || datagram.error == EWOULDBLOCK)
            return lost;
        if (datagram.error == ENOBUFS) {
            lost = true;
            continue;
        }
        if (datagram.error != 0)
            return system_error("cannot read the kernel's events", datagram.error);
        int rest = static_cast<int>(datagram.size);
        for (auto* message = reinterpret_cast<nlmsghdr*>(buffer_.data()); nlmsg_ok(message, rest);
             message = nlmsg_next(message, &rest)) {
            if (message->nlmsg_type < NLMSG_MIN_TYPE)
                continue;
            if (const auto taken = handler(message); !taken)
                return taken.error();
        }
    }
}

}  // namespace cohort::netlink
