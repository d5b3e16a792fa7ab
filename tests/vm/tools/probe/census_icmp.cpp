// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/census.hpp"
#include "tests/vm/tools/probe/socket.hpp"

#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace cohort::testbed {
namespace {

constexpr NodeId kTtlBase = 100;

struct Echo {
    icmphdr header;
    Record record;
};

std::uint16_t checksum(const Echo& echo) {
    std::array<std::uint16_t, sizeof echo / 2> words;
    std::memcpy(words.data(), &echo, sizeof echo);
    std::uint32_t sum = 0;
    for (std::uint16_t word : words)
        sum += word;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

Echo request(std::uint32_t flow, std::uint32_t seq) {
    Echo echo{};
    echo.header.type = ICMP_ECHO;
    echo.header.un.echo.id = static_cast<std::uint16_t>(flow >> 16);
    echo.header.un.echo.sequence = htons(static_cast<std::uint16_t>(flow));
    echo.record.flow = flow;
    echo.record.seq = seq;
    echo.header.checksum = checksum(echo);
    return echo;
}

void take(const std::uint8_t* packet, std::size_t size, const sockaddr_in& target, Ledger& ledger) {
    iphdr ip;
    if (size < sizeof ip)
        return;
    std::memcpy(&ip, packet, sizeof ip);
    const std::size_t offset = std::size_t{ip.ihl} * 4;
    Echo echo;
    if (size < offset + sizeof echo || ip.saddr != target.sin_addr.s_addr)
        return;
    std::memcpy(&echo, packet + offset, sizeof echo);
    const NodeId node = ip.ttl - kTtlBase;
    if (echo.header.type == ICMP_ECHOREPLY && echo.record.magic == Record::kMagic && node >= 1 &&
        node <= 64)
        ledger.answer(echo.record.flow, echo.record.seq, node, Clock::now());
}

}  // namespace

nlohmann::json census_icmp(const CensusOptions& options) {
    Reactor reactor;
    const Descriptor socket(
        must(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP), "socket"));
    sockaddr_in target = options.target;
    target.sin_port = 0;
    Ledger ledger(options.flows);
    reactor.watch(socket.get(), EPOLLIN, [&](auto) {
        std::array<std::uint8_t, 2048> packet;
        for (ssize_t size; (size = recv(socket.get(), packet.data(), packet.size(), 0)) >= 0;)
            take(packet.data(), static_cast<std::size_t>(size), target, ledger);
    });
    std::uint32_t flow = 0;
    reactor.every(options.period, [&] {
        if (flow == options.flows)
            return;
        const Echo echo = request(flow, ledger.ask(flow, Clock::now()));
        std::array<std::uint8_t, sizeof echo> bytes;
        std::memcpy(bytes.data(), &echo, sizeof echo);
        send_from(socket.get(), options.sources.at(flow), target, bytes);
        if (++flow == options.flows)
            reactor.at(Clock::now() + options.timeout, [&] { reactor.stop(); });
    });
    reactor.run();
    return census_of(ledger);
}

}  // namespace cohort::testbed
