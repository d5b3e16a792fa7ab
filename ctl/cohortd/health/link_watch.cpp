// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/health/link_watch.hpp"

#include "ctl/cohortd/shell/log.hpp"

#include <fmt/format.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace cohort::health {
namespace {

using shell::Level;

/// Larger than any message of a device; a cut one would be taken for a gap.
constexpr std::size_t kBuffer = std::size_t{64} * 1024;

std::string device_name(const nlmsghdr* message) {
    const auto* info = static_cast<const ifinfomsg*>(NLMSG_DATA(message));
    int left = static_cast<int>(IFLA_PAYLOAD(message));
    for (const rtattr* attribute = IFLA_RTA(info); RTA_OK(attribute, left);
         attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type != IFLA_IFNAME)
            continue;
        const auto* text = static_cast<const char*>(RTA_DATA(attribute));
        return {text, strnlen(text, RTA_PAYLOAD(attribute))};
    }
    return "";
}

/// IFF_RUNNING is RFC 2863's operational state; without IFF_LOWER_UP it may
/// speak of a driver that does not tell.
bool carries_frames(unsigned flags) {
    constexpr unsigned kAll = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
    return (flags & kAll) == kAll;
}

Error refused(const char* what) {
    return {ErrorKind::refused, fmt::format("{}: {}", what, std::generic_category().message(errno)),
            errno};
}

}  // namespace

Result<std::unique_ptr<LinkWatch>> LinkWatch::start(boost::asio::io_context& io, Changed changed) {
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return refused("cannot open a routing socket");
    std::unique_ptr<LinkWatch> watch(new LinkWatch(io, std::move(changed), fd));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return refused("cannot subscribe to the state of devices");
    if (!watch->learn_all())
        return refused("cannot learn the state of devices");
    watch->await_news();
    return watch;
}

LinkWatch::LinkWatch(boost::asio::io_context& io, Changed changed, int fd)
    : socket_(io, fd), changed_(std::move(changed)) {}

DeviceState LinkWatch::state_of(const std::string& dev) const {
    for (const auto& [index, device] : devices_) {
        if (device.name == dev)
            return device.up ? DeviceState::up : DeviceState::down;
    }
    return DeviceState::absent;
}

bool LinkWatch::ask_for_all() {
    struct {
        nlmsghdr header;
        ifinfomsg info;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_GETLINK;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.header.nlmsg_seq = ++sequence_;
    devices_.clear();
    return ::send(socket_.native_handle(), &request, sizeof request, 0) ==
           static_cast<ssize_t>(sizeof request);
}

/// A dump is answered as fast as it is read, so this does not keep the loop.
bool LinkWatch::learn_all() {
    constexpr int kPatienceMs = 1000;
    for (int attempt = 0; attempt < 5; ++attempt) {
        if (!ask_for_all())
            return false;
        Heard heard = Heard::nothing;
        while (heard == Heard::nothing || heard == Heard::news) {
            pollfd input{socket_.native_handle(), POLLIN, 0};
            if (::poll(&input, 1, kPatienceMs) != 1)
                return false;
            heard = hear();
        }
        if (heard == Heard::end_of_dump)
            return true;
        if (heard == Heard::failure)
            return false;
    }
    return false;
}

LinkWatch::Heard LinkWatch::hear() {
    static std::array<std::byte, kBuffer> buffer;
    sockaddr_nl sender{};
    iovec piece{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    const ssize_t size = ::recvmsg(socket_.native_handle(), &message, 0);
    if (size < 0 && errno == ENOBUFS)
        return Heard::gap;
    if (size < 0)
        return errno == EAGAIN || errno == EINTR ? Heard::nothing : Heard::failure;
    if (sender.nl_pid != 0)
        return Heard::news;  // not from the kernel: not heard
    if ((message.msg_flags & MSG_TRUNC) != 0)
        return Heard::gap;
    return take(std::span(buffer).first(static_cast<std::size_t>(size)));
}

LinkWatch::Heard LinkWatch::take(std::span<const std::byte> datagram) {
    auto left = static_cast<unsigned>(datagram.size());
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.data());
         NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
        const bool of_dump = message->nlmsg_seq == sequence_;
        if (of_dump && (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
            return Heard::gap;
        if (of_dump && message->nlmsg_type == NLMSG_DONE)
            return Heard::end_of_dump;
        if (of_dump && message->nlmsg_type == NLMSG_ERROR)
            return Heard::failure;
        address_lost_ |= message->nlmsg_type == RTM_DELADDR;
        if (message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK)
            continue;
        const auto* info = static_cast<const ifinfomsg*>(NLMSG_DATA(message));
        // Bridges speak of their ports in the same words: a port that leaves
        // its bridge is "deleted".
        if (message->nlmsg_len < NLMSG_LENGTH(sizeof *info) || info->ifi_family != AF_UNSPEC)
            continue;
        if (message->nlmsg_type == RTM_DELLINK)
            devices_.erase(info->ifi_index);
        else
            devices_[info->ifi_index] = {device_name(message), carries_frames(info->ifi_flags)};
    }
    return Heard::news;
}

void LinkWatch::await_news() {
    socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
                           if (error || alive.expired())
                               return;
                           on_news();
                       });
}

void LinkWatch::on_news() {
    const Devices before = devices_;
    Heard heard = hear();
    while (heard == Heard::news || heard == Heard::end_of_dump)
        heard = hear();
    if (heard == Heard::failure || (heard == Heard::gap && !learn_all()))
        log(Level::error, "cannot learn the state of devices: {}",
            std::generic_category().message(errno));
    await_news();
    if (std::exchange(address_lost_, false) || devices_ != before)
        changed_();
}

}  // namespace cohort::health
