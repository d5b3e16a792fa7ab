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

/// Like send_from(), which a raw socket is not for: it is of one family.
void send_echo(int fd, in6_addr source, const sockaddr_in& target, Echo echo) {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in_pktinfo))> control{};
    iovec part{&echo, sizeof echo};
    msghdr message{};
    message.msg_name = const_cast<sockaddr_in*>(&target);
    message.msg_namelen = sizeof target;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, &source.s6_addr[12], sizeof info.ipi_spec_dst);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
    sendmsg(fd, &message, 0);  // what is refused here stays without an answer
}

}  // namespace

nlohmann::json census_icmp(const CensusOptions& options) {
    Reactor reactor;
    const Descriptor socket(
        must(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP), "socket"));
    sockaddr_in target{};
    target.sin_family = AF_INET;
    std::memcpy(&target.sin_addr, &options.target.sin6_addr.s6_addr[12], sizeof target.sin_addr);
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
        send_echo(socket.get(), options.sources.at(flow), target,
                  request(flow, ledger.ask(flow, Clock::now())));
        if (++flow == options.flows)
            reactor.at(Clock::now() + options.timeout, [&] { reactor.stop(); });
    });
    reactor.run();
    return census_of(ledger);
}

}  // namespace cohort::testbed
