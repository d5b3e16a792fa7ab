// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/tcp_flows.hpp"

#include "tests/vm/tools/probe/socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace cohort::testbed {
namespace {

// A SYN that the gap swallowed is sent again after 1, 3, 7 s; past that a new
// attempt is sooner.
constexpr auto kConnectPatience = std::chrono::seconds(4);
// What is kept of each exchange that took longer; less is the network's own.
constexpr auto kNoteworthy = std::chrono::milliseconds(20);

}  // namespace

TcpFlows::TcpFlows(Reactor& reactor, const sockaddr_in6& target, const Sources& sources,
                   std::size_t count)
    : reactor_(reactor), target_(target), sources_(sources), connections_(count) {
    for (std::size_t i = 0; i < count; ++i)
        connections_[i].index = static_cast<std::uint32_t>(i);
}

void TcpFlows::ask() {
    if (connections_.empty())
        return;
    Connection& connection = connections_[next_];
    next_ = (next_ + 1) % connections_.size();
    switch (connection.state) {
        case State::closed:
            open(connection);
            break;
        case State::connecting:
            if (Clock::now() - connection.begun > kConnectPatience)
                lose(connection, std::strerror(ETIMEDOUT));
            break;
        case State::open:
            if (!connection.waiting)
                send_question(connection);
            break;
    }
}

void TcpFlows::open(Connection& connection) {
    connection.socket = tcp_connect(sources_.at(connection.index), target_);
    if (!connection.socket)
        return;
    connection.state = State::connecting;
    connection.begun = Clock::now();
    connection.node = 0;
    connection.waiting = false;
    connection.partial.clear();
    reactor_.watch(connection.socket.get(), EPOLLOUT, [this, &connection](auto) {
        if (connection.state == State::connecting)
            connected(connection);
        else
            read_answers(connection);
    });
}

void TcpFlows::connected(Connection& connection) {
    if (const int error = tcp_connect_error(connection.socket.get())) {
        lose(connection, std::strerror(error));
        return;
    }
    connection.state = State::open;
    ++opened_;
    reactor_.change(connection.socket.get(), EPOLLIN);
    send_question(connection);
}

void TcpFlows::send_question(Connection& connection) {
    Record record;
    record.flow = connection.index;
    record.seq = ++connection.seq;
    connection.begun = Clock::now();
    connection.waiting = true;
    if (send(connection.socket.get(), &record, sizeof record, MSG_NOSIGNAL) < 0)
        lose(connection, std::strerror(errno));
}

void TcpFlows::read_answers(Connection& connection) {
    std::array<std::uint8_t, 256> buffer;
    const ssize_t size = read(connection.socket.get(), buffer.data(), buffer.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        lose(connection, size < 0 ? std::strerror(errno) : "closed by the server");
        return;
    }
    auto& partial = connection.partial;
    partial.insert(partial.end(), buffer.begin(), buffer.begin() + size);
    while (partial.size() >= sizeof(Record)) {
        Record record;
        std::memcpy(&record, partial.data(), sizeof record);
        partial.erase(partial.begin(), partial.begin() + sizeof record);
        take(connection, record);
    }
}

void TcpFlows::take(Connection& connection, const Record& record) {
    if (!record.is_answer() || record.flow != connection.index || record.seq != connection.seq ||
        (connection.node && connection.node != record.node)) {
        ++misanswered_;
        return;
    }
    connection.node = record.node;
    connection.waiting = false;
    ++answers_;
    const Duration took = Clock::now() - connection.begun;
    if (took >= kNoteworthy)
        stalls_.push_back({connection.begun, took, connection.node});
}

void TcpFlows::lose(Connection& connection, std::string why) {
    if (connection.state == State::open)
        losses_.push_back({Clock::now(), connection.node, std::move(why)});
    reactor_.forget(connection.socket.get());
    connection.socket.reset();
    connection.state = State::closed;
    connection.waiting = false;
}

std::map<NodeId, std::size_t> TcpFlows::open_by_node() const {
    std::map<NodeId, std::size_t> open;
    for (const Connection& connection : connections_)
        if (connection.state == State::open)
            ++open[connection.node];
    return open;
}

std::vector<Stall> TcpFlows::stalls(Time now, Duration least) const {
    std::vector<Stall> found;
    for (const Stall& stall : stalls_)
        if (stall.length >= least)
            found.push_back(stall);
    for (const Connection& connection : connections_)
        if (connection.state == State::open && connection.waiting &&
            now - connection.begun >= least)
            found.push_back({connection.begun, now - connection.begun, connection.node});
    return found;
}

}  // namespace cohort::testbed
