// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/lan.hpp"

#include "ctl/cohortctl/doctor/lan_frames.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace cohort::ctl {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kQuestions = 3;  // as RFC 5227's PROBE_NUM

/// Frames of one type on one device.
class PacketSocket {
public:
    PacketSocket(std::uint32_t index, std::uint16_t type)
        : fd_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_ll address{};
        address.sll_family = AF_PACKET;
        address.sll_protocol = htons(type);
        address.sll_ifindex = static_cast<int>(index);
        if (fd_ < 0 || bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
            error_ = errno;
    }
    ~PacketSocket() {
        if (fd_ >= 0)
            close(fd_);
    }
    PacketSocket(const PacketSocket&) = delete;
    PacketSocket& operator=(const PacketSocket&) = delete;

    /// An errno if it could not be opened; 0.
    int error() const { return error_; }
    int fd() const { return fd_; }

    int send(const Bytes& frame) const {
        return ::send(fd_, frame.data(), frame.size(), 0) < 0 ? errno : 0;
    }
    /// The next frame that waits; empty: none does.
    Bytes receive() const {
        Bytes frame(2048);
        const ssize_t got = recv(fd_, frame.data(), frame.size(), 0);
        frame.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return frame;
    }

private:
    int fd_;
    int error_ = 0;
};

Error cannot(const netlink::Device& device, int code) {
    const char* hint = code == EPERM ? "; this needs CAP_NET_RAW" : "";
    return {
        ErrorKind::refused,
        fmt::format("device {}: {}{}", device.name, std::generic_category().message(code), hint),
        code};
}

/// Hears answers until the time is over.
void listen(const std::array<const PacketSocket*, 2>& sockets, const std::vector<Vip>& vips,
            Clock::time_point until, std::vector<Claim>& claims) {
    const auto take = [&](const Bytes& frame) {
        const auto claim = read_claim(frame);
        const auto asked = [&](const Vip& vip) { return vip.address == claim->address; };
        if (claim && std::ranges::any_of(vips, asked) &&
            std::ranges::find(claims, *claim) == claims.end())
            claims.push_back(*claim);
    };
    for (auto now = Clock::now(); now < until; now = Clock::now()) {
        std::array<pollfd, 2> waits{{{sockets[0]->fd(), POLLIN, 0}, {sockets[1]->fd(), POLLIN, 0}}};
        const auto left = std::chrono::ceil<milliseconds>(until - now);
        if (poll(waits.data(), waits.size(), static_cast<int>(left.count())) <= 0)
            continue;
        for (const PacketSocket* socket : sockets) {
            for (Bytes frame = socket->receive(); !frame.empty(); frame = socket->receive())
                take(frame);
        }
    }
}

}  // namespace

Result<std::vector<Claim>> ask_owners(const netlink::Device& device, const std::vector<Vip>& vips,
                                      milliseconds patience) {
    const PacketSocket arp(device.index, ETH_P_ARP);
    const PacketSocket ipv6(device.index, ETH_P_IPV6);
    for (const PacketSocket* socket : {&arp, &ipv6}) {
        if (socket->error() != 0)
            return cannot(device, socket->error());
    }
    std::vector<Claim> claims;
    const auto start = Clock::now();
    for (int round = 1; round <= kQuestions; ++round) {
        for (const Vip& vip : vips) {
            const int code = arp.send(owner_question(device.mac, vip.address));
            if (code != 0)
                return cannot(device, code);
        }
        const auto pause = round < kQuestions ? patience * round / (2 * kQuestions) : patience;
        listen({&arp, &ipv6}, vips, start + pause, claims);
    }
    return claims;
}

}  // namespace cohort::ctl
