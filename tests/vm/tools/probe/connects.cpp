// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/connects.hpp"

#include "tests/vm/tools/probe/socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace cohort::testbed {

void Connects::begin() {
    const std::size_t number = attempts_.size();
    Attempt& attempt = attempts_.emplace_back();
    attempt.begin = Clock::now();
    Descriptor socket = tcp_connect(sources_.at(number), target_);
    if (!socket) {
        attempt.failure = std::strerror(errno);
        return;
    }
    const int fd = socket.get();
    sockets_.emplace(number, std::move(socket));
    reactor_.watch(fd, EPOLLOUT, [this, number](std::uint32_t events) { proceed(number, events); });
}

void Connects::proceed(std::size_t number, std::uint32_t events) {
    const int fd = sockets_.at(number).get();
    if (events & EPOLLOUT) {
        if (const int error = tcp_connect_error(fd)) {
            end(number, 0, std::strerror(error));
            return;
        }
        Record record;
        record.flow = static_cast<std::uint32_t>(number);
        if (send(fd, &record, sizeof record, MSG_NOSIGNAL) < 0)
            end(number, 0, std::strerror(errno));
        else
            reactor_.change(fd, EPOLLIN);
        return;
    }
    Record record;
    const ssize_t size = recv(fd, &record, sizeof record, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size < 0)
        end(number, 0, std::strerror(errno));
    else if (size != sizeof record || !record.is_answer() || record.flow != number)
        end(number, 0, size == 0 ? "closed without an answer" : "answered something else");
    else
        end(number, record.node, "");
}

void Connects::end(std::size_t number, NodeId node, std::string failure) {
    Attempt& attempt = attempts_[number];
    attempt.took = Clock::now() - attempt.begin;
    attempt.node = node;
    attempt.failure = std::move(failure);
    reactor_.forget(sockets_.at(number).get());
    sockets_.erase(number);
}

}  // namespace cohort::testbed
