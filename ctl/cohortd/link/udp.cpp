// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/udp.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace cohort::link {
namespace {

constexpr int kReceiveBuffer = 256 * 1024;
/// More than the receive buffer holds, at what the kernel charges for the
/// smallest datagram; see Port::drain().
constexpr int kMostPerDrain = 2048;

/// Network control (CS6): heartbeats go before the traffic that they guard.
constexpr int kTrafficClass = 0xC0;

std::string reason(int code) {
    return std::generic_category().message(code);
}

class SocketAddress {
public:
    explicit SocketAddress(const Endpoint& endpoint) {
        if (endpoint.address.family == Family::ipv4) {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(endpoint.port);
            std::memcpy(&address.sin_addr, endpoint.address.bytes.data(), 4);
            store(address);
        } else {
            sockaddr_in6 address{};
            address.sin6_family = AF_INET6;
            address.sin6_port = htons(endpoint.port);
            std::memcpy(&address.sin6_addr, endpoint.address.bytes.data(), 16);
            store(address);
        }
    }

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const { return size_; }

private:
    template <class Address>
    void store(const Address& address) {
        std::memcpy(&storage_, &address, sizeof address);
        size_ = sizeof address;
    }

    sockaddr_storage storage_{};
    socklen_t size_ = 0;
};

/// Of a datagram's sender; the socket is of one family only.
Endpoint endpoint_of(const sockaddr_storage& storage) {
    Endpoint endpoint;
    if (storage.ss_family == AF_INET) {
        sockaddr_in address;
        std::memcpy(&address, &storage, sizeof address);
        endpoint.address.family = Family::ipv4;
        std::memcpy(endpoint.address.bytes.data(), &address.sin_addr, 4);
        endpoint.port = ntohs(address.sin_port);
    } else {
        sockaddr_in6 address;
        std::memcpy(&address, &storage, sizeof address);
        endpoint.address.family = Family::ipv6;
        std::memcpy(endpoint.address.bytes.data(), &address.sin6_addr, 16);
        endpoint.port = ntohs(address.sin6_port);
    }
    return endpoint;
}

/// Sets up one socket; remembers the first step that failed.
class Setup {
public:
    explicit Setup(const config::UdpLink& config)
        : config_(config), ipv6_(config.bind.address.family == Family::ipv6) {}
    ~Setup() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;

    Result<int> run() {
        fd_ = ::socket(ipv6_ ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd_ < 0)
            return refused("cannot open a UDP socket");
        // A smaller buffer or an unmarked packet is a pity, not a failure.
        set(SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
        ipv6_ ? set(IPPROTO_IPV6, IPV6_TCLASS, kTrafficClass)
              : set(IPPROTO_IP, IP_TOS, kTrafficClass);
        if (ipv6_ && !set(IPPROTO_IPV6, IPV6_V6ONLY, 1))
            return refused("cannot restrict the socket to IPv6");
        if (!config_.dev.empty() &&
            ::setsockopt(fd_, SOL_SOCKET, SO_BINDTODEVICE, config_.dev.data(),
                         static_cast<socklen_t>(config_.dev.size())) != 0)
            return refused(fmt::format("cannot use device {}", config_.dev));
        const Endpoint& own = config_.multicast ? *config_.multicast : config_.bind;
        const SocketAddress address(own);
        if (::bind(fd_, address.get(), address.size()) != 0)
            return refused(fmt::format("cannot bind to {}", config::format_endpoint(own)));
        if (config_.multicast && !(ipv6_ ? join_ipv6() : join_ipv4()))
            return refused(fmt::format("cannot join group {} on {}",
                                       config::format_endpoint(*config_.multicast), config_.dev));
        return std::exchange(fd_, -1);
    }

private:
    template <class Value>
    bool set(int level, int option, const Value& value) {
        return ::setsockopt(fd_, level, option, &value, sizeof value) == 0;
    }

    bool join_ipv4() {
        ip_mreqn request{};
        std::memcpy(&request.imr_multiaddr, config_.multicast->address.bytes.data(), 4);
        std::memcpy(&request.imr_address, config_.bind.address.bytes.data(), 4);
        request.imr_ifindex = static_cast<int>(if_nametoindex(config_.dev.c_str()));
        return set(IPPROTO_IP, IP_ADD_MEMBERSHIP, request) &&
               set(IPPROTO_IP, IP_MULTICAST_IF, request) && set(IPPROTO_IP, IP_MULTICAST_LOOP, 0) &&
               set(IPPROTO_IP, IP_MULTICAST_TTL, 1);
    }

    bool join_ipv6() {
        ipv6_mreq request{};
        std::memcpy(&request.ipv6mr_multiaddr, config_.multicast->address.bytes.data(), 16);
        request.ipv6mr_interface = if_nametoindex(config_.dev.c_str());
        return set(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, request) &&
               set(IPPROTO_IPV6, IPV6_MULTICAST_IF, request.ipv6mr_interface) &&
               set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) &&
               set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1);
    }

    Error refused(const std::string& what) const {
        return {ErrorKind::refused, fmt::format("{}: {}", what, reason(errno)), errno};
    }

    const config::UdpLink& config_;
    const bool ipv6_;
    int fd_ = -1;
};

}  // namespace

UdpPort::UdpPort(boost::asio::io_context& io, PortUser& user, config::UdpLink config)
    : Port(io, user), config_(std::move(config)), targets_(config_.peers) {
    if (config_.multicast)
        targets_ = {*config_.multicast};
}

Result<int> UdpPort::open_device() {
    return Setup(config_).run();
}

bool UdpPort::read_device() {
    std::array<std::byte, wire::kMaxPacket> datagram;
    for (int count = 0; count < kMostPerDrain; ++count) {
        // MSG_TRUNC: the datagram's own length, also where it does not fit.
        sockaddr_storage from{};
        socklen_t from_size = sizeof from;
        const ssize_t size = ::recvfrom(fd(), datagram.data(), datagram.size(), MSG_TRUNC,
                                        reinterpret_cast<sockaddr*>(&from), &from_size);
        if (size < 0 && errno == EAGAIN)
            return true;
        if (size < 0) {
            // Errors that were pending are cleared by reading them.
            user().on_trouble(fmt::format("cannot receive: {}", reason(errno)));
            continue;
        }
        if (static_cast<std::size_t>(size) > datagram.size())
            user().on_drop(wire::Drop::too_long);
        else
            user().on_packet(std::span(datagram).first(static_cast<std::size_t>(size)),
                             endpoint_of(from));
    }
    return true;
}

void UdpPort::send(Outgoing outgoing) {
    if (!is_open())
        return;
    const wire::Frame packet = user().seal(outgoing);
    for (const Endpoint& target : targets_) {
        const SocketAddress address(target);
        const ssize_t put = ::sendto(fd(), packet.view().data(), packet.size(), MSG_NOSIGNAL,
                                     address.get(), address.size());
        if (put >= 0 || errno == EAGAIN)
            continue;
        if (errno == ENODEV || errno == ENXIO) {
            lose(reason(errno));
            return;
        }
        user().on_trouble(fmt::format("cannot send to {} from {}: {}",
                                      config::format_endpoint(target),
                                      config::format_endpoint(config_.bind), reason(errno)));
    }
}

}  // namespace cohort::link
