// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace cohort::ctl {
namespace {

using netlink::Device;
using netlink::HeldAddress;

/// With slashes, as a device's name may have dots in it.
std::string set_line(std::string_view family, std::string_view device, std::string_view name,
                     long value) {
    return fmt::format("sysctl -w net/{}/conf/{}/{}={}", family, device, name, value);
}

/// Lines that bring "all" and the device down to `value` where they are above it.
std::vector<std::string> lower_lines(const Facts& facts, std::string_view family,
                                     std::string_view name, long value) {
    std::vector<std::string> lines;
    for (const std::string& device : {std::string("all"), facts.cluster.dev}) {
        if (setting(facts, family, device, name) > value)
            lines.push_back(set_line(family, device, name, value));
    }
    return lines;
}

bool is_vip(const Facts& facts, const IpAddress& address) {
    return std::ranges::any_of(facts.cluster.vips,
                               [&](const Vip& vip) { return vip.address == address; });
}

bool in_network(const IpAddress& address, const HeldAddress& network) {
    for (std::size_t bit = 0; bit < network.prefix_len; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if (((address.bytes[bit / 8] ^ network.address.bytes[bit / 8]) & mask) != 0)
            return false;
    }
    return true;
}

/// IPv4 addresses of a device that are no VIPs.
std::vector<HeldAddress> own_addresses(const Facts& facts, std::uint32_t index) {
    std::vector<HeldAddress> own;
    for (const HeldAddress& held : facts.addresses) {
        if (held.index == index && held.address.family == Family::ipv4 &&
            !is_vip(facts, held.address))
            own.push_back(held);
    }
    return own;
}

}  // namespace

Troubles check_rp_filter(const Facts& facts) {
    const std::string& dev = facts.cluster.dev;
    if (!has_family(facts, Family::ipv4) || effective(facts, "ipv4", dev, "rp_filter") != 1)
        return {};
    const bool elsewhere =
        !facts.default_devices.empty() &&
        std::ranges::find(facts.default_devices, dev) == facts.default_devices.end();
    const std::string what =
        elsewhere ? fmt::format(
                        "rp_filter is 1 on {}, and the default route is by {}: packets of "
                        "clients that are not on its LAN are dropped",
                        dev, fmt::join(facts.default_devices, ", "))
                  : fmt::format(
                        "rp_filter is 1 on {}: packets of clients that this host would "
                        "answer by another device are dropped",
                        dev);
    return {{elsewhere ? Severity::error : Severity::warning,
             what,
             {set_line("ipv4", dev, "rp_filter", 2)}}};
}

Troubles check_arp_ignore(const Facts& facts) {
    const std::string& dev = facts.cluster.dev;
    const long value = effective(facts, "ipv4", dev, "arp_ignore");
    // 2 asks that the asker be in the address's network, which a /32 is not.
    const auto alone = [&](const HeldAddress& held) {
        return held.index == facts.cluster.ifindex && held.prefix_len == 32 &&
               is_vip(facts, held.address);
    };
    const bool silent = value == 8 || (value == 2 && std::ranges::any_of(facts.addresses, alone));
    if (!has_family(facts, Family::ipv4) || !silent)
        return {};
    return {{Severity::error,
             fmt::format("arp_ignore is {} on {}: ARP for the VIP is not answered", value, dev),
             lower_lines(facts, "ipv4", "arp_ignore", 1)}};
}

Troubles check_arp_announce(const Facts& facts) {
    const std::string& dev = facts.cluster.dev;
    if (!has_family(facts, Family::ipv4) || facts.cluster.l2 == netlink::L2Mode::unicast ||
        own_addresses(facts, facts.cluster.ifindex).empty() ||
        effective(facts, "ipv4", dev, "arp_announce") >= 2)
        return {};
    return {{Severity::warning,
             fmt::format("arp_announce is below 2 on {}: this host asks for its neighbours in the "
                         "VIP's name, with a group MAC that a router may refuse to answer",
                         dev),
             {set_line("ipv4", dev, "arp_announce", 2)}}};
}

Troubles check_arp_filter(const Facts& facts) {
    const std::string& dev = facts.cluster.dev;
    if (!has_family(facts, Family::ipv4) || effective(facts, "ipv4", dev, "arp_filter") == 0)
        return {};
    return {{Severity::warning,
             fmt::format("arp_filter is 1 on {}: ARP for the VIP is not answered to hosts that "
                         "this host has a route to by another device",
                         dev),
             lower_lines(facts, "ipv4", "arp_filter", 0)}};
}

/// Linux answers ARP for any of its addresses on any of its devices.
Troubles check_arp_neighbours(const Facts& facts) {
    Troubles troubles;
    if (!has_family(facts, Family::ipv4))
        return troubles;
    const auto lan = own_addresses(facts, facts.cluster.ifindex);
    for (const Device& device : facts.devices) {
        const auto on_lan = [&](const HeldAddress& held) {
            return std::ranges::any_of(lan, [&](const HeldAddress& one) {
                return one.prefix_len < 32 && in_network(held.address, one);
            });
        };
        if (device.index == facts.cluster.ifindex || !device.up ||
            !std::ranges::any_of(own_addresses(facts, device.index), on_lan) ||
            effective(facts, "ipv4", device.name, "arp_ignore") != 0 ||
            effective(facts, "ipv4", device.name, "arp_filter") != 0)
            continue;
        troubles.push_back({Severity::warning,
                            fmt::format("{} is on the LAN of {} too, and answers ARP for the VIP "
                                        "with its own MAC",
                                        device.name, facts.cluster.dev),
                            {set_line("ipv4", device.name, "arp_ignore", 1)}});
    }
    return troubles;
}

/// The module makes what it accepts a packet to this host before the kernel looks.
/// What it does not see first is dropped: the old target's packets are.
Troubles check_drop_unicast(const Facts& facts) {
    Troubles troubles;
    static constexpr std::string_view kName = "drop_unicast_in_l2_multicast";
    const std::string& dev = facts.cluster.dev;
    for (const std::string_view family : {"ipv4", "ipv6"}) {
        if (!has_family(facts, family == "ipv4" ? Family::ipv4 : Family::ipv6) ||
            facts.cluster.l2 == netlink::L2Mode::unicast ||
            effective(facts, family, dev, kName) == 0)
            continue;
        troubles.push_back(
            {Severity::warning,
             fmt::format("{} is 1 on {} for {}: packets in frames to a group MAC are dropped "
                         "unless the module took them before, as those of a CLUSTERIP rule are",
                         kName, dev, family),
             lower_lines(facts, family, kName, 0)});
    }
    return troubles;
}

Troubles check_clock(const Facts& facts) {
    // Those that are read without leaving the processor, and run through a pause of
    // a virtual machine where any does.
    static constexpr std::array<std::string_view, 7> kGood{
        "tsc",      "kvm-clock", "hyperv_clocksource_tsc_page", "xen", "arch_sys_counter",
        "timebase", "tod"};
    if (facts.clock.empty() || std::ranges::find(kGood, facts.clock) != kGood.end())
        return {};
    const auto better = std::ranges::find_if(facts.clocks, [](const std::string& clock) {
        return std::ranges::find(kGood, clock) != kGood.end();
    });
    if (better != facts.clocks.end())
        return {{Severity::warning,
                 fmt::format("the clock source is {}, which leases are slow to read by; the kernel "
                             "has {}",
                             facts.clock, *better),
                 {fmt::format("echo {} "
                              ">/sys/devices/system/clocksource/clocksource0/current_clocksource",
                              *better)}}};
    return {{Severity::warning,
             fmt::format("the clock source is {}, which leases are slow to read by; the kernel log "
                         "tells why it has no better one",
                         facts.clock),
             {"dmesg | grep -i -e clocksource -e tsc"}}};
}

}  // namespace cohort::ctl
