// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/stream.hpp"

#include "tests/vm/tools/lib/lines.hpp"
#include "tests/vm/tools/probe/report.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace cohort::testbed {

Stream::Stream(const StreamOptions& options)
    : options_(options),
      udp_(reactor_, options.target, options.sources, options.udp_flows, options.first_port,
           options.udp_bytes),
      tcp_(reactor_, options.target, options.sources, options.tcp_flows),
      connects_(reactor_, options.target, options.sources) {}

void Stream::run() {
    const auto unless_ending = [this](auto act) {
        return [this, act] {
            if (!ending_)
                act();
        };
    };
    mark("start");
    if (udp_.ledger().flows() > 0)
        reactor_.every(options_.udp_period, unless_ending([this] { udp_.ask(); }));
    if (tcp_.size() > 0)
        reactor_.every(options_.tcp_period / static_cast<Duration::rep>(tcp_.size()),
                       unless_ending([this] { tcp_.ask(); }));
    if (options_.connect_period > Duration::zero())
        reactor_.every(options_.connect_period, unless_ending([this] { connects_.begin(); }));
    if (options_.live_period > Duration::zero())
        reactor_.every(options_.live_period, unless_ending([this] { print_live(); }));

    Lines lines(STDIN_FILENO);
    reactor_.watch(STDIN_FILENO, EPOLLIN, [&](auto) {
        if (!lines.read([this](const std::string& line) { obey(line); }) && !ending_)
            finish();
        if (ending_)
            reactor_.forget(STDIN_FILENO);
    });
    fmt::print("ready\n");
    std::fflush(stdout);
    reactor_.run();
}

void Stream::obey(const std::string& line) {
    if (line.starts_with("mark "))
        mark(line.substr(5));
    else if (line == "end" && !ending_)
        finish();
}

void Stream::mark(std::string name) {
    marks_.push_back({std::move(name), Clock::now()});
    snapshots_.push_back({tcp_.open_by_node(), tcp_.opened()});
}

void Stream::finish() {
    ending_ = true;
    end_ = Clock::now();
    reactor_.at(end_ + options_.timeout, [this] { reactor_.stop(); });
}

void Stream::print_live() {
    fmt::print("{}\n", live_report(*this, Clock::now()).dump());
    std::fflush(stdout);
}

}  // namespace cohort::testbed
