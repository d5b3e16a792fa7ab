// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/address.hpp"

#include "ctl/netlink/socket.hpp"

#include <fmt/format.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace cohort::netlink {
namespace {

unsigned char family_of(const IpAddress& address) {
    return address.family == Family::ipv4 ? AF_INET : AF_INET6;
}

Message address_request(std::uint16_t type, int flags, std::uint32_t index,
                        const IpAddress& address) {
    Message request(type, flags);
    auto* header = request.header<ifaddrmsg>();
    header->ifa_family = family_of(address);
    header->ifa_prefixlen = static_cast<unsigned char>(address.size() * 8);
    header->ifa_scope = RT_SCOPE_UNIVERSE;
    header->ifa_index = index;
    request.put_bytes(IFA_LOCAL, address.span());
    request.put_bytes(IFA_ADDRESS, address.span());
    return request;
}

std::optional<HeldAddress> decode_address(const nlmsghdr* message) {
    std::array<nlattr*, IFA_MAX + 1> fields{};
    if (message->nlmsg_type != RTM_NEWADDR ||
        nlmsg_parse(const_cast<nlmsghdr*>(message), sizeof(ifaddrmsg), fields.data(), IFA_MAX,
                    nullptr) < 0)
        return std::nullopt;
    // IPv4 tells the address in IFA_LOCAL, IPv6 without a peer in IFA_ADDRESS alone.
    nlattr* local = fields[IFA_LOCAL] ? fields[IFA_LOCAL] : fields[IFA_ADDRESS];
    if (!local)
        return std::nullopt;
    const auto address = address_from_bytes({static_cast<const std::uint8_t*>(nla_data(local)),
                                             static_cast<std::size_t>(nla_len(local))});
    if (!address)
        return std::nullopt;

    const auto* header = static_cast<const ifaddrmsg*>(nlmsg_data(message));
    const bool ours = fields[IFA_PROTO] && nla_get_u8(fields[IFA_PROTO]) == kAddressMark;
    const std::uint32_t flags =
        fields[IFA_FLAGS] ? nla_get_u32(fields[IFA_FLAGS]) : header->ifa_flags;
    return HeldAddress{*address, header->ifa_index, header->ifa_prefixlen, flags, ours};
}

/// Those of one device, or of all if the index is 0.
Result<std::vector<HeldAddress>> addresses_of(Socket& socket, std::uint32_t index) {
    std::vector<HeldAddress> all;
    const auto request = [&] {
        Message message(RTM_GETADDR, NLM_F_DUMP);
        message.header<ifaddrmsg>()->ifa_index = index;
        return message;
    };
    const auto collect = [&](const nlmsghdr* message) -> Result<void> {
        const auto held = decode_address(message);
        if (held && (index == 0 || held->index == index))
            all.push_back(*held);
        return {};
    };
    const auto done = socket.dump(request, collect, [&] { all.clear(); });
    if (!done)
        return done.error();
    return all;
}

/// Likewise; none if looking for the device found that it is gone.
Result<std::vector<HeldAddress>> addresses_if_there(Socket& socket,
                                                    const Result<std::uint32_t>& index) {
    if (!index && index.error().code == ENODEV)
        return std::vector<HeldAddress>{};
    if (!index)
        return index.error();
    return addresses_of(socket, *index);
}

}  // namespace

bool is_placed_on(const std::string& dev, const Holder& holder) {
    return holder.ours && holder.dev == dev;
}

std::string removal_command(const IpAddress& address, const Holder& holder) {
    return fmt::format("ip addr del {}/{} dev {}", format_address(address), holder.prefix_len,
                       holder.dev);
}

Result<AddressClient> AddressClient::open(const std::optional<std::string>& netns) {
    auto socket = Socket::open(NETLINK_ROUTE, netns, nullptr);
    if (!socket)
        return socket.error();
    return AddressClient(std::move(*socket));
}

AddressClient::AddressClient(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
AddressClient::AddressClient(AddressClient&&) noexcept = default;
AddressClient& AddressClient::operator=(AddressClient&&) noexcept = default;
AddressClient::~AddressClient() = default;

Result<std::uint32_t> AddressClient::device_index(const std::string& dev) {
    std::uint32_t index = 0;
    Message request(RTM_GETLINK, 0);
    request.header<ifinfomsg>();
    request.put_string(IFLA_IFNAME, dev);
    const auto done = socket_->exchange(request, [&](const nlmsghdr* message) -> Result<void> {
        if (message->nlmsg_type == RTM_NEWLINK)
            index = static_cast<std::uint32_t>(
                static_cast<const ifinfomsg*>(nlmsg_data(message))->ifi_index);
        return {};
    });
    if (!done && done.error().code != ENODEV)
        return Error{ErrorKind::refused, fmt::format("device '{}': {}", dev, done.error().message),
                     done.error().code};
    if (!done || index == 0)
        return Error{ErrorKind::refused,
                     fmt::format("there is no device '{}'; 'ip link' lists them", dev), ENODEV};
    return index;
}

Result<bool> AddressClient::add(const std::string& dev, const Vip& vip) {
    const auto index = device_index(dev);
    if (!index)
        return index.error();
    const auto held = addresses_of(*socket_, *index);
    if (!held)
        return held.error();
    if (std::ranges::find(*held, vip.address, &HeldAddress::address) != held->end())
        return false;

    Message request = address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, *index, vip.address);
    request.put_u32(IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
    request.put_u8(IFA_PROTO, kAddressMark);
    if (vip.address.family == Family::ipv6) {
        constexpr std::uint32_t kForever = 0xFFFFFFFF;
        const ifa_cacheinfo lifetimes{
            .ifa_prefered = 0, .ifa_valid = kForever, .cstamp = 0, .tstamp = 0};
        request.put_bytes(IFA_CACHEINFO,
                          {reinterpret_cast<const std::uint8_t*>(&lifetimes), sizeof(lifetimes)});
    }
    const auto added = socket_->exchange(request);
    if (!added && added.error().code == EEXIST)
        return false;
    if (!added)
        return Error{ErrorKind::refused,
                     fmt::format("cannot add {} to device '{}': {}", format_address(vip.address),
                                 dev, added.error().message),
                     added.error().code};
    return true;
}

Result<bool> AddressClient::remove(const std::string& dev, const Vip& vip) {
    const auto held = addresses_if_there(*socket_, device_index(dev));
    if (!held)
        return held.error();
    const auto is_ours = [&](const HeldAddress& one) {
        return one.ours && one.address == vip.address;
    };
    const auto found = std::ranges::find_if(*held, is_ours);
    if (found == held->end())
        return false;

    Message request = address_request(RTM_DELADDR, 0, found->index, vip.address);
    const auto removed = socket_->exchange(request);
    if (!removed && (removed.error().code == EADDRNOTAVAIL || removed.error().code == ENODEV))
        return false;
    if (!removed)
        return Error{ErrorKind::refused,
                     fmt::format("cannot remove {} from device '{}': {}",
                                 format_address(vip.address), dev, removed.error().message),
                     removed.error().code};
    return true;
}

/// Refused with ENODEV if there is none.
Result<std::string> AddressClient::device_name(std::uint32_t index) {
    std::string name;
    Message request(RTM_GETLINK, 0);
    request.header<ifinfomsg>()->ifi_index = static_cast<int>(index);
    const auto done = socket_->exchange(request, [&](const nlmsghdr* message) -> Result<void> {
        const nlattr* found =
            nlmsg_find_attr(const_cast<nlmsghdr*>(message), sizeof(ifinfomsg), IFLA_IFNAME);
        if (message->nlmsg_type == RTM_NEWLINK && found)
            name = nla_get_string(found);
        return {};
    });
    if (!done)
        return done.error();
    return name;
}

Result<std::vector<Holder>> AddressClient::holders(const IpAddress& address) {
    const auto held = list();
    if (!held)
        return held.error();
    std::vector<Holder> holders;
    for (const HeldAddress& one : *held) {
        if (one.address != address)
            continue;
        auto name = device_name(one.index);
        if (!name && name.error().code == ENODEV)
            continue;  // gone since, with its addresses
        if (!name)
            return name.error();
        holders.push_back({*std::move(name), one.prefix_len, one.ours});
    }
    return holders;
}

Result<std::vector<HeldAddress>> AddressClient::list() {
    return addresses_of(*socket_, 0);
}

Result<std::vector<IpAddress>> AddressClient::list(const std::string& dev) {
    const auto index = device_index(dev);
    if (!index)
        return index.error();
    const auto held = addresses_of(*socket_, *index);
    if (!held)
        return held.error();
    std::vector<IpAddress> ours;
    for (const HeldAddress& one : *held) {
        if (one.ours)
            ours.push_back(one.address);
    }
    return ours;
}

}  // namespace cohort::netlink
