// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/echod/service.hpp"
#include "tests/vm/tools/lib/inet.hpp"
#include "tests/vm/tools/lib/record.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace cohort::testbed {

UdpEcho::UdpEcho(Reactor& reactor, std::uint16_t port, std::uint32_t node, Answered& answered)
    : socket_(inet_socket(SOCK_DGRAM)), node_(node), answered_(answered) {
    const int on = 1;
    must(setsockopt(socket_.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on),
         "IPV6_RECVPKTINFO");
    bind_port(socket_.get(), port);
    reactor.watch(socket_.get(), EPOLLIN, [this](auto) { answer_all(); });
}

void UdpEcho::answer_all() {
    std::array<std::uint8_t, 65536> buffer;
    for (;;) {
        sockaddr_in6 peer{};
        alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
        iovec data{buffer.data(), buffer.size()};
        msghdr message{};
        message.msg_name = &peer;
        message.msg_namelen = sizeof peer;
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t size = recvmsg(socket_.get(), &message, 0);
        if (size < 0)
            return;
        Record record;
        if (static_cast<std::size_t>(size) < sizeof record)
            continue;
        std::memcpy(&record, buffer.data(), sizeof record);
        if (record.magic != Record::kMagic || record.node != 0)
            continue;
        record.node = node_;
        std::memcpy(buffer.data(), &record, sizeof record);

        // The same control message makes the destination the source. The way
        // back is the routing table's choice.
        if (cmsghdr* header = CMSG_FIRSTHDR(&message)) {
            in6_pktinfo info;
            std::memcpy(&info, CMSG_DATA(header), sizeof info);
            info.ipi6_ifindex = 0;
            std::memcpy(CMSG_DATA(header), &info, sizeof info);
        }
        data.iov_len = static_cast<std::size_t>(size);
        if (sendmsg(socket_.get(), &message, 0) == size)
            ++answered_.udp;
    }
}

}  // namespace cohort::testbed
