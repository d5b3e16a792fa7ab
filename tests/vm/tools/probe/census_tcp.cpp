// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/census.hpp"
#include "tests/vm/tools/probe/socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace cohort::testbed {
namespace {

/// All connections of a census.
class Crowd {
public:
    Crowd(Reactor& reactor, const CensusOptions& options)
        : reactor_(reactor), options_(options), ledger_(options.flows) {}

    void open() {
        const auto flow = static_cast<std::uint32_t>(sockets_.size());
        const std::uint32_t seq = ledger_.ask(flow, Clock::now());
        Descriptor socket = tcp_connect(options_.sources.at(flow), options_.target);
        const int fd = socket.get();
        sockets_.push_back(std::move(socket));
        if (fd < 0) {
            fail_with(errno);
            return;
        }
        reactor_.watch(fd, EPOLLOUT, [this, fd, flow, seq](std::uint32_t events) {
            if (events & EPOLLOUT)
                ask(fd, flow, seq);
            else
                read(fd);
        });
    }

    std::size_t begun() const { return sockets_.size(); }

    nlohmann::json report() const {
        nlohmann::json report = census_of(ledger_);
        report["failed"] = failed_;
        return report;
    }

private:
    void ask(int fd, std::uint32_t flow, std::uint32_t seq) {
        if (const int error = tcp_connect_error(fd)) {
            reactor_.forget(fd);
            fail_with(error);
            return;
        }
        Record record;
        record.flow = flow;
        record.seq = seq;
        reactor_.change(fd, EPOLLIN);
        if (send(fd, &record, sizeof record, MSG_NOSIGNAL) < 0)
            fail_with(errno);
    }

    void read(int fd) {
        Record record;
        const ssize_t size = recv(fd, &record, sizeof record, 0);
        if (size == sizeof record && record.is_answer()) {
            ledger_.answer(record.flow, record.seq, record.node, Clock::now());
            return;
        }
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        reactor_.forget(fd);
        fail_with(size < 0 ? errno : EPIPE);
    }

    void fail_with(int error) { ++failed_[std::strerror(error)]; }

    Reactor& reactor_;
    const CensusOptions& options_;
    Ledger ledger_;
    std::vector<Descriptor> sockets_;
    std::map<std::string, std::size_t> failed_;
};

}  // namespace

nlohmann::json census_tcp(const CensusOptions& options) {
    raise_descriptor_limit();
    Reactor reactor;
    Crowd crowd(reactor, options);
    reactor.every(options.period, [&] {
        if (crowd.begun() == options.flows)
            return;
        crowd.open();
        if (crowd.begun() == options.flows)
            reactor.at(Clock::now() + options.timeout, [&] { reactor.stop(); });
    });
    reactor.run();
    return crowd.report();
}

}  // namespace cohort::testbed
