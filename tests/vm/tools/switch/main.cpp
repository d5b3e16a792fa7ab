// SPDX-License-Identifier: GPL-2.0-or-later
//
// Joins the network devices and serial ports of virtual machines, in user
// space and by Unix sockets only. Reads commands (command.hpp) from standard
// input and answers on standard output; ends when the input does.
#include "tests/vm/tools/lib/lines.hpp"
#include "tests/vm/tools/switch/command.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

using namespace cohort::testbed;

namespace {

struct Net {
    std::string name;
    std::vector<std::string> machines;
};

/// NAME=MACHINE,MACHINE…
Net parse_net(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
        throw CLI::ValidationError(text, "expected NAME=MACHINE,MACHINE…");
    return {text.substr(0, equals), CLI::detail::split(text.substr(equals + 1), ',')};
}

void print(const std::vector<std::string>& reply) {
    for (const std::string& line : reply)
        fmt::print("{}\n", line);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    std::filesystem::path dir;
    std::uint64_t seed = 1;
    unsigned baud = Cable::kBaud;
    std::vector<std::string> lans, hubs, cables;
    CLI::App app{"joins LANs and serial lines of virtual machines"};
    app.add_option("--dir", dir, "where the sockets are made")->required();
    app.add_option("--seed", seed, "of all faults that happen by chance")->capture_default_str();
    app.add_option("--lan", lans, "a switched LAN: NAME=MACHINE,MACHINE…");
    app.add_option("--hub", hubs, "a LAN where all receive all: NAME=MACHINE,MACHINE…");
    app.add_option("--serial", cables, "a null-modem cable: NAME=MACHINE,MACHINE");
    app.add_option("--baud", baud, "of all null-modem cables")
        ->check(CLI::Range(9600, 921600))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    Reactor reactor;
    Network network(reactor, dir, seed);
    try {
        for (const auto& [texts, kind] :
             {std::pair{&lans, Lan::Kind::switching}, std::pair{&hubs, Lan::Kind::hub}})
            for (const std::string& text : *texts) {
                Net net = parse_net(text);
                network.add_lan(std::move(net.name), kind, net.machines);
            }
        for (const std::string& text : cables) {
            Net net = parse_net(text);
            if (net.machines.size() != 2)
                throw CLI::ValidationError(text, "a cable has two ends");
            network.add_cable(std::move(net.name), {net.machines[0], net.machines[1]}, baud);
        }
    } catch (const CLI::Error& error) {
        return app.exit(error);
    }

    Lines lines(STDIN_FILENO);
    reactor.watch(STDIN_FILENO, EPOLLIN, [&](auto) {
        if (!lines.read([&](const std::string& line) { print(obey(network, line)); }))
            reactor.stop();
    });
    print({"ok"});
    reactor.run();
}
