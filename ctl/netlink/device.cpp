// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/device.hpp"

#include "ctl/netlink/socket.hpp"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cohort::netlink {
namespace {

template <std::size_t N>
using Fields = std::array<nlattr*, N>;

std::uint32_t u32_of(nlattr* field) {
    return field ? nla_get_u32(field) : 0;
}

std::string text_of(nlattr* field) {
    if (!field || nla_len(field) == 0)
        return "";
    const std::string_view bytes(static_cast<const char*>(nla_data(field)),
                                 static_cast<std::size_t>(nla_len(field)));
    return std::string(bytes.substr(0, bytes.find('\0')));
}

std::optional<Mac> mac_of(nlattr* field) {
    Mac mac{};
    if (!field || nla_len(field) != static_cast<int>(mac.size()))
        return std::nullopt;
    std::copy_n(static_cast<const std::uint8_t*>(nla_data(field)), mac.size(), mac.begin());
    return mac;
}

/// The kind of a virtual device, and what is particular of a bridge.
void read_kind(Device& device, nlattr* info) {
    Fields<IFLA_INFO_MAX + 1> fields{};
    if (!info || nla_parse_nested(fields.data(), IFLA_INFO_MAX, info, nullptr) < 0)
        return;
    device.kind = text_of(fields[IFLA_INFO_KIND]);
    Fields<IFLA_BR_MAX + 1> bridge{};
    if (device.kind != "bridge" || !fields[IFLA_INFO_DATA] ||
        nla_parse_nested(bridge.data(), IFLA_BR_MAX, fields[IFLA_INFO_DATA], nullptr) < 0)
        return;
    const auto on = [&](std::size_t field) {
        return bridge[field] != nullptr && nla_get_u8(bridge[field]) != 0;
    };
    device.bridge = Bridge{on(IFLA_BR_MCAST_SNOOPING), on(IFLA_BR_MCAST_QUERIER)};
}

std::optional<Device> decode_device(const nlmsghdr* message) {
    Fields<IFLA_MAX + 1> fields{};
    if (message->nlmsg_type != RTM_NEWLINK ||
        nlmsg_parse(const_cast<nlmsghdr*>(message), sizeof(ifinfomsg), fields.data(), IFLA_MAX,
                    nullptr) < 0)
        return std::nullopt;
    const auto* header = static_cast<const ifinfomsg*>(nlmsg_data(message));
    Device device;
    device.index = static_cast<std::uint32_t>(header->ifi_index);
    device.name = text_of(fields[IFLA_IFNAME]);
    device.up = (header->ifi_flags & IFF_UP) != 0;
    device.carrier = (header->ifi_flags & IFF_LOWER_UP) != 0;
    device.mtu = u32_of(fields[IFLA_MTU]);
    // The index of a device in another namespace means another device here.
    device.lower = fields[IFLA_LINK_NETNSID] ? 0 : u32_of(fields[IFLA_LINK]);
    device.master = u32_of(fields[IFLA_MASTER]);
    device.promiscuous = u32_of(fields[IFLA_PROMISCUITY]) != 0;
    device.mac = mac_of(fields[IFLA_ADDRESS]).value_or(Mac{});
    read_kind(device, fields[IFLA_LINKINFO]);
    return device;
}

/// An entry of a device's own filter, which the kernel tells as forwarding entries.
std::optional<Mac> decode_filter(const nlmsghdr* message, std::uint32_t index) {
    Fields<NDA_MAX + 1> fields{};
    if (message->nlmsg_type != RTM_NEWNEIGH ||
        nlmsg_parse(const_cast<nlmsghdr*>(message), sizeof(ndmsg), fields.data(), NDA_MAX,
                    nullptr) < 0)
        return std::nullopt;
    const auto* header = static_cast<const ndmsg*>(nlmsg_data(message));
    if (static_cast<std::uint32_t>(header->ndm_ifindex) != index ||
        (header->ndm_flags & NTF_SELF) == 0)
        return std::nullopt;
    return mac_of(fields[NDA_LLADDR]);
}

}  // namespace

Result<DeviceClient> DeviceClient::open(const std::optional<std::string>& netns) {
    auto socket = Socket::open(NETLINK_ROUTE, netns, nullptr);
    if (!socket)
        return socket.error();
    return DeviceClient(std::move(*socket));
}

DeviceClient::DeviceClient(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
DeviceClient::DeviceClient(DeviceClient&&) noexcept = default;
DeviceClient& DeviceClient::operator=(DeviceClient&&) noexcept = default;
DeviceClient::~DeviceClient() = default;

Result<std::vector<Device>> DeviceClient::list() {
    std::vector<Device> all;
    const auto request = [] {
        Message message(RTM_GETLINK, NLM_F_DUMP);
        message.header<ifinfomsg>();
        return message;
    };
    const auto collect = [&](const nlmsghdr* message) -> Result<void> {
        if (auto device = decode_device(message))
            all.push_back(std::move(*device));
        return {};
    };
    if (const auto done = socket_->dump(request, collect, [&] { all.clear(); }); !done)
        return done.error();
    return all;
}

Result<std::vector<Mac>> DeviceClient::filter(std::uint32_t index) {
    std::vector<Mac> all;
    const auto request = [] {
        Message message(RTM_GETNEIGH, NLM_F_DUMP);
        message.header<ndmsg>()->ndm_family = PF_BRIDGE;
        return message;
    };
    const auto collect = [&](const nlmsghdr* message) -> Result<void> {
        if (const auto mac = decode_filter(message, index))
            all.push_back(*mac);
        return {};
    };
    if (const auto done = socket_->dump(request, collect, [&] { all.clear(); }); !done)
        return done.error();
    return all;
}

}  // namespace cohort::netlink
