// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/recipes.hpp"

#include <fmt/format.h>

#include <array>

namespace cohort::ctl {
namespace {

using netlink::Cluster;
using netlink::L2Mode;

/// 0300.5e00.0001
std::string dotted(const Mac& mac) {
    return fmt::format("{:02x}{:02x}.{:02x}{:02x}.{:02x}{:02x}", mac[0], mac[1], mac[2], mac[3],
                       mac[4], mac[5]);
}

/// The switch by L2 mode, then the router: IOS of switches that route, too. RFC 1812,
/// 3.3.2: a router believes no ARP answer with a group MAC.
std::string cisco(const Cluster& cluster) {
    const std::string mac = dotted(cluster.mac);
    std::string text = "! on the switch; VLAN: of the nodes; PORT1, PORT2: those of all nodes\n";
    if (cluster.l2 == L2Mode::unicast)
        text += "interface range PORT1 , PORT2\n no switchport block unicast\n";
    else if (cluster.l2 == L2Mode::igmp)
        text += "ip igmp snooping vlan VLAN\nip igmp snooping querier\n";
    else
        text += fmt::format("mac address-table static {} vlan VLAN interface PORT1 PORT2\n", mac);
    text += "! on the router; INTERFACE: towards the nodes\n";
    for (const Vip& vip : cluster.vips) {
        const std::string address = format_address(vip.address);
        text += vip.address.family == Family::ipv4
                    ? fmt::format("arp {} {} ARPA\n", address, mac)
                    : fmt::format("ipv6 neighbor {} INTERFACE {}\n", address, mac);
    }
    return text;
}

/// A Linux bridge looks up IP packets by their IP destination, so that snooping
/// finds no group for a VIP whatever the frame's MAC.
std::string linux_bridge(const Cluster& cluster) {
    std::string text = "# BRIDGE: of the nodes; PORT: once for each port with a node\n";
    if (cluster.l2 == L2Mode::unicast)
        return text + "bridge link set dev PORT flood on\n";
    return text +
           "ip link set dev BRIDGE type bridge mcast_snooping 0\n"
           "bridge link set dev PORT mcast_flood on\n";
}

std::string linux_router(const Cluster& cluster) {
    std::string text = "# DEV: towards the nodes\n";
    for (const Vip& vip : cluster.vips)
        text += fmt::format("ip neigh replace {} lladdr {} nud permanent dev DEV\n",
                            format_address(vip.address), format_mac(cluster.mac));
    return text;
}

struct Recipe {
    std::string_view machine;
    std::string (*text)(const Cluster& cluster);
};
constexpr std::array<Recipe, 3> kRecipes{
    {{"cisco", cisco}, {"linux-bridge", linux_bridge}, {"linux-router", linux_router}}};

}  // namespace

Result<std::string> recipe(std::string_view machine, const Cluster& cluster) {
    for (const Recipe& one : kRecipes) {
        if (one.machine == machine)
            return one.text(cluster);
    }
    return usage_error(
        fmt::format("'{}' is not one of cisco, linux-bridge, linux-router", machine));
}

}  // namespace cohort::ctl
