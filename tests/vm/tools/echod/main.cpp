// SPDX-License-Identifier: GPL-2.0-or-later
//
// The service of a node: answers what probes ask over UDP and TCP, and says
// which node it is. On SIGTERM it prints what it has answered, as JSON.
#include "tests/vm/tools/echod/service.hpp"

#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <csignal>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

using namespace cohort::testbed;

namespace {

Descriptor signals_to_descriptor() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return Descriptor(must(signalfd(-1, &set, SFD_CLOEXEC), "signalfd"));
}

}  // namespace

int main(int argc, char** argv) {
    std::uint32_t node = 1;
    std::uint16_t port = 7000;
    CLI::App app{"answers probes and stamps the node's id"};
    app.add_option("--node", node, "1..64")->required()->check(CLI::Range(1, 64));
    app.add_option("--port", port, "of both UDP and TCP")->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    raise_descriptor_limit();
    const Descriptor signals = signals_to_descriptor();
    Reactor reactor;
    Answered answered;
    const UdpEcho udp(reactor, port, node, answered);
    const TcpEcho tcp(reactor, port, node, answered);
    reactor.watch(signals.get(), EPOLLIN, [&](auto) { reactor.stop(); });
    reactor.run();
    const nlohmann::json report = {{"node", node},
                                   {"udp", answered.udp},
                                   {"tcp", answered.tcp},
                                   {"tcp_connections", answered.tcp_connections}};
    fmt::print("{}\n", report.dump());
}
