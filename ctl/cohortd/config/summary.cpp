// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/duration.hpp"
#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace cohort::config {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string in_words(const SerialLink& serial, core::Duration heartbeat) {
    const double beats = 1e9 / static_cast<double>(heartbeat.count());
    const double share = beats * 10 * core::kSerialHeartbeatBytes / serial.baud;
    return fmt::format("serial {}, {} baud 8N1, heartbeats take {:.0f} % of it", serial.device,
                       serial.baud, 100 * share);
}

std::string in_words(const UdpLink& udp, core::Duration) {
    std::string text = fmt::format("udp {}", format_endpoint(udp.bind));
    if (!udp.dev.empty())
        text += " on " + udp.dev;
    if (udp.multicast)
        return text + " to group " + format_endpoint(*udp.multicast);
    for (const Endpoint& peer : udp.peers)
        text += (&peer == &udp.peers.front() ? " to " : ", ") + format_endpoint(peer);
    return text;
}

void describe_quorum(Out out, const core::Timers& timers) {
    fmt::format_to(out,
                   "quorum: links. This rests on an assumption that you make by choosing it: "
                   "while both daemons run,\n"
                   "  in any {} at least one frame passes over at least one link, in at least one "
                   "direction.\n"
                   "  If every link failed while both nodes live, both would answer for every "
                   "address. Give the\n"
                   "  links separate hardware, and run one of them over the service LAN itself.\n",
                   format_duration(timers.window));
    fmt::format_to(out,
                   "takeover: a dead peer's buckets after {}, or {} if it had gone deaf before\n",
                   format_duration(timers.silence_take), format_duration(timers.silence_long));
}

void remark(Out out, const std::string& text) {
    fmt::format_to(out, "note: {}\n", text);
}

void remark_on(Out out, const Config& config) {
    if (config.links.size() == 1)
        remark(out, "there is one link only: when it fails, both nodes answer for every address");
    auto missing = [](const std::string& dev) { return if_nametoindex(dev.c_str()) == 0; };
    for (const Address& address : config.addresses) {
        // The module has the last word on these, so that one that can takes them.
        const bool ipv6 = std::ranges::any_of(
            address.vips, [](const Vip& vip) { return vip.address.family == Family::ipv6; });
        if (ipv6 || address.l2 == netlink::L2Mode::igmp)
            remark(out, fmt::format("{} of address {} is not supported by the module of this "
                                    "version; cohortd will not start with it",
                                    ipv6 ? "an IPv6 VIP" : "l2 igmp", address.name));
        if (missing(address.dev))
            remark(out, fmt::format("device {} of address {} does not exist now; cohortd will not "
                                    "start without it",
                                    address.dev, address.name));
        if (std::ranges::find(config.checks, address.dev, &Check::dev) == config.checks.end())
            remark(out, fmt::format("no [[check]] watches {}: if its cable is pulled, this node "
                                    "keeps its buckets of {}",
                                    address.dev, address.name));
    }
    for (const Link& link : config.links) {
        const auto* serial = std::get_if<SerialLink>(&link.way);
        if (serial != nullptr && ::access(serial->device.c_str(), R_OK | W_OK) != 0)
            remark(out, fmt::format("{} of link {} cannot be opened now; cohortd will retry",
                                    serial->device, link.name));
        const auto* udp = std::get_if<UdpLink>(&link.way);
        if (udp != nullptr && !udp->dev.empty() && missing(udp->dev))
            remark(out, fmt::format("device {} of link {} does not exist now; cohortd will retry",
                                    udp->dev, link.name));
    }
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
    const core::Timers timers = core::make_timers(config.heartbeat, config.lease);
    fmt::format_to(out, "{}: ok\n", config.file);
    fmt::format_to(out, "cluster: {}, node {} ({}) of {}, digest {:016x}\n", config.cluster,
                   self.id, self.name, config.nodes.size(), config_digest(config));
    fmt::format_to(out, "timing: heartbeat {}, lease {}\n", format_duration(config.heartbeat),
                   format_duration(config.lease));
    describe_quorum(out, timers);
    for (const Link& link : config.links) {
        fmt::format_to(
            out, "link {}: {}\n", link.name,
            std::visit([&](const auto& way) { return in_words(way, config.heartbeat); }, link.way));
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
