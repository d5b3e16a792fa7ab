// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/checks.hpp"

#include <fmt/format.h>
#include <linux/if_addr.h>

#include <algorithm>

namespace cohort::ctl {
namespace {

using netlink::Device;
using netlink::HeldAddress;
using netlink::L2Mode;

constexpr std::uint32_t kEthernetMtu = 1500;
constexpr std::uint32_t kLeastIpv6Mtu = 1280;  // RFC 8200, 5

const Device* device_at(const Facts& facts, std::uint32_t index) {
    const auto found = std::ranges::find(facts.devices, index, &Device::index);
    return index == 0 || found == facts.devices.end() ? nullptr : &*found;
}

/// The address alone, as cohortctl adds it: no prefix route, and for IPv6 neither
/// DAD nor use as a source.
std::string add_line(const Vip& vip, const std::string& dev) {
    if (vip.address.family == Family::ipv4)
        return fmt::format("ip addr add {}/32 dev {} noprefixroute", format_address(vip.address),
                           dev);
    return fmt::format("ip addr add {}/128 dev {} nodad noprefixroute preferred_lft 0",
                       format_address(vip.address), dev);
}

/// The bridges that frames to the device pass on this host: the device itself,
/// those below it, and those that one of them is a port of.
std::vector<const Device*> bridges_of(const Facts& facts) {
    std::vector<const Device*> bridges;
    const Device* device = device_of(facts);
    // Devices cannot be stacked in a ring, but what was read may be torn.
    for (std::size_t depth = 0; device && depth < facts.devices.size(); ++depth) {
        for (const Device* one : {device, device_at(facts, device->master)}) {
            if (one && one->bridge && std::ranges::find(bridges, one) == bridges.end())
                bridges.push_back(one);
        }
        device = device_at(facts, device->lower);
    }
    return bridges;
}

}  // namespace

Troubles check_device(const Facts& facts) {
    const Device* device = device_of(facts);
    const std::string& dev = facts.cluster.dev;
    if (!device)
        return {{Severity::error, fmt::format("device {} is gone: nothing is served", dev), {}}};
    if (!device->up)
        return {{Severity::error,
                 fmt::format("device {} is down: nothing comes in", dev),
                 {fmt::format("ip link set dev {} up", dev)}}};
    if (!device->carrier)
        return {{Severity::error,
                 fmt::format("device {} has no carrier: look to its cable and switch port", dev),
                 {}}};
    // A VRF is a routing table; any other master takes the packets of its ports.
    const Device* master = device_at(facts, device->master);
    if (master && master->kind != "vrf")
        return {
            {Severity::error,
             fmt::format("device {} is a port of {}, which takes its packets: the cluster "
                         "belongs on {}",
                         dev, master->name, master->name),
             {fmt::format("cohortctl cluster set {} --dev {}", facts.cluster.name, master->name)}}};
    return {};
}

Troubles check_mtu(const Facts& facts) {
    const Device* device = device_of(facts);
    if (!device || device->mtu >= kEthernetMtu)
        return {};
    const std::vector<std::string> mend{
        fmt::format("ip link set dev {} mtu {}", device->name, kEthernetMtu)};
    if (has_family(facts, Family::ipv6) && device->mtu < kLeastIpv6Mtu)
        return {{Severity::error,
                 fmt::format("the MTU of {} is {}: IPv6 needs {}", device->name, device->mtu,
                             kLeastIpv6Mtu),
                 mend}};
    return {{Severity::warning,
             fmt::format("the MTU of {} is {}: longer frames, which others on an Ethernet may "
                         "send, are lost here; it must be the same on all nodes",
                         device->name, device->mtu),
             mend}};
}

Troubles check_vip(const Facts& facts) {
    Troubles troubles;
    const std::string& dev = facts.cluster.dev;
    for (const Vip& vip : facts.cluster.vips) {
        const Device* holder = nullptr;
        bool here = false;
        for (const HeldAddress& held : facts.addresses) {
            if (held.address != vip.address)
                continue;
            here = here || held.index == facts.cluster.ifindex;
            holder = device_at(facts, held.index);
        }
        if (here)
            continue;
        const std::string address = format_address(vip.address);
        const std::vector<std::string> mend{add_line(vip, dev)};
        if (holder)
            troubles.push_back({Severity::warning,
                                fmt::format("{} is on {}, not on {}: whether ARP is answered "
                                            "depends on more settings",
                                            address, holder->name, dev),
                                mend});
        else
            troubles.push_back({Severity::error,
                                fmt::format("{} is not on {}: this host does not take the packets "
                                            "for its own",
                                            address, dev),
                                mend});
    }
    return troubles;
}

Troubles check_dad(const Facts& facts) {
    Troubles troubles;
    const std::string& dev = facts.cluster.dev;
    for (const Vip& vip : facts.cluster.vips) {
        const auto held = std::ranges::find_if(facts.addresses, [&](const HeldAddress& one) {
            return one.address == vip.address && one.index == facts.cluster.ifindex;
        });
        if (vip.address.family == Family::ipv4 || held == facts.addresses.end() ||
            (held->flags & (IFA_F_NODAD | IFA_F_DADFAILED | IFA_F_TENTATIVE)) == IFA_F_NODAD)
            continue;
        const std::string address = format_address(vip.address);
        const std::vector<std::string> mend{
            fmt::format("ip addr del {}/{} dev {}", address, held->prefix_len, dev),
            add_line(vip, dev)};
        if ((held->flags & IFA_F_DADFAILED) != 0)
            troubles.push_back({Severity::error,
                                fmt::format("{} is not used: duplicate address detection found "
                                            "it on another node",
                                            address),
                                mend});
        else if ((held->flags & IFA_F_TENTATIVE) != 0)
            troubles.push_back({Severity::error,
                                fmt::format("{} is not used yet: duplicate address detection goes "
                                            "on, and fails if another node has it",
                                            address),
                                mend});
        else
            troubles.push_back({Severity::warning,
                                fmt::format("{} is under duplicate address detection: when {} "
                                            "comes up again it fails, since every node has it",
                                            address, dev),
                                mend});
    }
    return troubles;
}

Troubles check_mac_filter(const Facts& facts) {
    const Device* device = device_of(facts);
    const Mac& mac = facts.cluster.mac;
    if (!device || device->promiscuous || device->mac == mac ||
        std::ranges::find(facts.filter, mac) != facts.filter.end())
        return {};
    return {
        {Severity::error,
         fmt::format("{} is not in the filter of {}: the device passes over frames to the "
                     "cluster",
                     format_mac(mac), device->name),
         {fmt::format("bridge fdb add {} dev {} self permanent", format_mac(mac), device->name)}}};
}

/// A Linux bridge that snoops looks up IP packets by their IP destination, which is
/// the VIP: no group of its. So it sends them nowhere but to routers' ports as soon
/// as there is a querier, and floods them while there is none.
Troubles check_bridge(const Facts& facts) {
    Troubles troubles;
    if (facts.cluster.l2 == L2Mode::unicast)
        return troubles;
    for (const Device* bridge : bridges_of(facts)) {
        if (!bridge->bridge->snooping)
            continue;
        const bool querier = bridge->bridge->querier;
        troubles.push_back(
            {querier ? Severity::error : Severity::warning,
             querier
                 ? fmt::format("bridge {} snoops multicast and is a querier: frames to {} reach "
                               "only ports with a multicast router",
                               bridge->name, format_mac(facts.cluster.mac))
                 : fmt::format("bridge {} snoops multicast without a querier: frames to {} are "
                               "flooded until one appears, and then reach no node any more",
                               bridge->name, format_mac(facts.cluster.mac)),
             {fmt::format("ip link set dev {} type bridge mcast_snooping 0", bridge->name)}});
    }
    return troubles;
}

}  // namespace cohort::ctl
