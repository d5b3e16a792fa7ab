// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/udp_flows.hpp"

#include "tests/vm/tools/probe/socket.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cstring>

namespace cohort::testbed {

UdpFlows::UdpFlows(Reactor& reactor, const sockaddr_in6& target, const Sources& sources,
                   std::size_t flows, std::uint16_t first_port, std::size_t bytes)
    : reactor_(reactor),
      target_(target),
      sources_(sources),
      datagram_(std::max(bytes, sizeof(Record))),
      ledger_(flows) {
    const std::size_t ports = (flows + sources.size() - 1) / sources.size();
    for (std::size_t i = 0; i < ports; ++i) {
        sockets_.push_back(udp_socket(static_cast<std::uint16_t>(first_port + i)));
        const int fd = sockets_.back().get();
        reactor_.watch(fd, EPOLLIN, [this, fd](auto) {
            const Time now = Clock::now();
            while (const auto record = receive_answer(fd, target_))
                ledger_.answer(record->flow, record->seq, record->node, now);
        });
    }
}

void UdpFlows::ask() {
    Record record;
    record.flow = next_;
    record.seq = ledger_.ask(next_, Clock::now());
    std::memcpy(datagram_.data(), &record, sizeof record);
    // A datagram that is refused here stays without an answer, as one lost later.
    send_from(sockets_[next_ / sources_.size()].get(), sources_.at(next_ % sources_.size()),
              target_, datagram_);
    next_ = static_cast<std::uint32_t>((next_ + 1) % ledger_.flows());
}

}  // namespace cohort::testbed
