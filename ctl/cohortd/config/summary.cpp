// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/duration.hpp"
#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/core/timers.hpp"
#include "ctl/netlink/address.hpp"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

namespace cohort::config {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string in_words(const SerialLink& serial, const Config& config) {
    const std::size_t nodes = config.nodes.size();
    const double share = core::serial_share(nodes, serial.baud, config.heartbeat);
    return fmt::format(
        "serial {}, {} baud 8N1, heartbeats take {}{:.0f} % of it; at most half is "
        "used",
        serial.device, serial.baud, nodes > 2 ? "up to " : "", 100 * share);
}

std::string in_words(const UdpLink& udp, const Config&) {
    std::string text = fmt::format("udp {}", format_endpoint(udp.bind));
    if (!udp.dev.empty())
        text += " on " + udp.dev;
    if (udp.multicast)
        return text + " to group " + format_endpoint(*udp.multicast);
    for (const Endpoint& peer : udp.peers)
        text += (&peer == &udp.peers.front() ? " to " : ", ") + format_endpoint(peer);
    return text;
}

/// When a dead node's buckets are served again.
std::string takeover(const Config& config) {
    const core::Timers timers = core::make_timers(config.heartbeat, config.lease);
    switch (config.mode) {
        case core::QuorumMode::links:
            return fmt::format("a dead peer's buckets after {}, or {} if it had gone deaf before",
                               format_duration(timers.silence_take),
                               format_duration(timers.silence_long));
        case core::QuorumMode::fence:
            return fmt::format(
                "a dead peer's buckets as soon as the agent, started after {}, confirms; {} tries "
                "of at most {} each",
                format_duration(timers.detect + config.fence.delay), config.fence.retries + 1,
                format_duration(config.fence.timeout));
        case core::QuorumMode::preferred:
            return fmt::format("{} takes the other's buckets after {}; nobody takes its own",
                               node_of(config, config.preferred).name,
                               format_duration(timers.promise));
        case core::QuorumMode::witness:
        case core::QuorumMode::majority:
            break;
    }
    return fmt::format("a dead node's buckets after {}", format_duration(timers.promise));
}

void describe_keys(Out out, const Config& config) {
    for (const NumberedKey& key : config.keys) {
        if (config.keys.size() > 1 || key.id != kFirstKeyId)
            fmt::format_to(out, "key {}: {}\n", key.id, key.sends ? "send" : "accept");
    }
}

bool is_missing(const std::string& dev) {
    return if_nametoindex(dev.c_str()) == 0;
}

bool is_program(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

bool is_of_this_host(const IpAddress& address) {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0)
        return true;
    bool found = std::ranges::all_of(address.span(), [](auto byte) { return byte == 0; });
    for (const ifaddrs* entry = list; entry != nullptr && !found; entry = entry->ifa_next) {
        const sockaddr* own = entry->ifa_addr;
        if (own != nullptr && own->sa_family == AF_INET && address.family == Family::ipv4)
            found = std::memcmp(&reinterpret_cast<const sockaddr_in*>(own)->sin_addr,
                                address.bytes.data(), 4) == 0;
        else if (own != nullptr && own->sa_family == AF_INET6 && address.family == Family::ipv6)
            found = std::memcmp(&reinterpret_cast<const sockaddr_in6*>(own)->sin6_addr,
                                address.bytes.data(), 16) == 0;
    }
    ::freeifaddrs(list);
    return found;
}

void remark(Out out, const std::string& text) {
    fmt::format_to(out, "note: {}\n", text);
}

/// True if the kernel writes its own words to this terminal.
bool is_console(const std::string& device) {
    std::ifstream consoles("/proc/consoles");
    std::string line;
    while (std::getline(consoles, line)) {
        if ("/dev/" + line.substr(0, line.find(' ')) == device)
            return true;
    }
    return false;
}

void remark_on(Out out, const SerialLink& serial, const std::string& name) {
    struct stat found {};
    if (::access(serial.device.c_str(), R_OK | W_OK) != 0)
        remark(out, fmt::format("{} of link {} cannot be opened now; cohortd will retry",
                                serial.device, name));
    else if (::stat(serial.device.c_str(), &found) == 0 && !S_ISCHR(found.st_mode))
        remark(out, fmt::format("{} of link {} is no serial device; the link will be down",
                                serial.device, name));
    if (is_console(serial.device))
        remark(out, fmt::format("{} of link {} is a console of the kernel: remove console={} from "
                                "its command line, and see that no getty runs there",
                                serial.device, name, serial.device.substr(5)));
}

void remark_on(Out out, const UdpLink& udp, const std::string& name) {
    if (!udp.dev.empty() && is_missing(udp.dev)) {
        remark(out, fmt::format("device {} of link {} does not exist now; cohortd will retry",
                                udp.dev, name));
    } else if (!is_of_this_host(udp.bind.address)) {
        remark(out, fmt::format("{}, the bind of link {}, is not an address of this host now; "
                                "cohortd will retry",
                                format_address(udp.bind.address), name));
    }
}

/// Only cohortd may set up a VIP: any other stays when it leaves.
void remark_on_vips(Out out, netlink::AddressClient& client, const Address& address) {
    for (const Vip& vip : address.vips) {
        const auto holders = client.holders(vip.address);
        if (!holders)
            return;
        for (const netlink::Holder& holder : *holders) {
            if (!is_placed_on(address.dev, holder))
                remark(out, fmt::format("{} has {} of address {}, and not by cohortd, so that it "
                                        "stays when cohortd leaves: '{}'",
                                        holder.dev, format_address(vip.address), address.name,
                                        netlink::removal_command(vip.address, holder)));
        }
    }
}

/// What a witness has none of.
void remark_on_service(Out out, const Config& config) {
    auto client = netlink::AddressClient::open();
    for (const Address& address : config.addresses) {
        if (is_missing(address.dev))
            remark(out, fmt::format("device {} of address {} does not exist now; cohortd will not "
                                    "start without it",
                                    address.dev, address.name));
        if (std::ranges::find(config.checks, address.dev, &Check::dev) == config.checks.end())
            remark(out, fmt::format("no [[check]] watches {}: if its cable is pulled, this node "
                                    "keeps its buckets of {}",
                                    address.dev, address.name));
        if (client)
            remark_on_vips(out, *client, address);
    }
    for (const Check& check : config.checks) {
        if (is_missing(check.dev))
            remark(out, fmt::format("device {} of check {} does not exist now; until it does, this "
                                    "node is sick and wants no buckets",
                                    check.dev, check.name));
    }
}

void remark_on(Out out, const Config& config) {
    if (config.links.size() == 1)
        remark(out, config.mode == core::QuorumMode::links
                        ? "there is one link only: when it fails, both nodes answer for every "
                          "address"
                        : "there is one link only: when it fails, no node hears another");
    if (config.mode == core::QuorumMode::fence && !is_program(config.fence.command.front()))
        remark(out,
               fmt::format(
                   "{} is no program that can be run now: nobody would take over from a dead peer",
                   config.fence.command.front()));
    if (config.mode == core::QuorumMode::preferred && node_of(config, config.preferred).weight == 0)
        remark(out, fmt::format("{} is preferred and has weight 0: it takes no buckets, and "
                                "nobody else serves while it is down",
                                node_of(config, config.preferred).name));
    if (!self_of(config).witness)
        remark_on_service(out, config);
    for (const Link& link : config.links)
        std::visit([&](const auto& way) { remark_on(out, way, link.name); }, link.way);
}

}  // namespace

std::string format_endpoint(const Endpoint& endpoint) {
    const bool ipv6 = endpoint.address.family == Family::ipv6;
    return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", format_address(endpoint.address),
                       ipv6 ? "]" : "", endpoint.port);
}

std::string summarize(const Config& config) {
    std::string text;
    Out out(text);
    const Node& self = self_of(config);
    fmt::format_to(out, "{}: ok\n", config.file);
    fmt::format_to(out, "cluster: {}, node {} ({}{}) of {}, digest {:016x}\n", config.cluster,
                   self.id, self.name, self.witness ? ", the witness" : "", config.nodes.size(),
                   config_digest(config));
    fmt::format_to(out, "timing: heartbeat {}, lease {}\n", format_duration(config.heartbeat),
                   format_duration(config.lease));
    fmt::format_to(out, "quorum: {}\ntakeover: {}\n", assumption(config), takeover(config));
    describe_keys(out, config);
    for (const Link& link : config.links) {
        fmt::format_to(
            out, "link {}: {}\n", link.name,
            std::visit([&](const auto& way) { return in_words(way, config); }, link.way));
    }
    for (const Address& address : config.addresses) {
        fmt::format_to(out, "address {}: {} buckets by {}, {}, l2 {}, mac {}, on {}:", address.name,
                       address.buckets, to_string(address.hash), to_string(address.function),
                       to_string(address.l2), address.mac ? format_mac(*address.mac) : "auto",
                       address.dev);
        for (const Vip& vip : address.vips)
            fmt::format_to(out, " {}", format_vip(vip));
        text += '\n';
    }
    for (const Check& check : config.checks)
        fmt::format_to(out, "check {}: link of {}\n", check.name, check.dev);
    remark_on(out, config);
    return text;
}

}  // namespace cohort::config
