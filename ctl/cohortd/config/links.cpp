// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/config/sections.hpp"
#include "ctl/cohortd/config/words.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace cohort::config {
namespace {

constexpr std::array<std::string_view, 2> kTypes{"serial", "udp"};

Result<Endpoint> parse_with_port(std::string_view text) {
    auto endpoint = parse_endpoint(text);
    if (endpoint && endpoint->port == 0)
        return usage_error(
            fmt::format("'{}' needs a port of 1..65535, such as '10.8.0.1:7788'", text));
    return endpoint;
}

Result<Endpoint> parse_unicast(std::string_view text) {
    auto endpoint = parse_with_port(text);
    if (endpoint && is_multicast(endpoint->address))
        return usage_error(fmt::format(
            "'{}' is a multicast address; a group is given as multicast = \"{}\"", text, text));
    return endpoint;
}

Result<Endpoint> parse_group(std::string_view text) {
    auto endpoint = parse_with_port(text);
    if (endpoint && !is_multicast(endpoint->address))
        return usage_error(fmt::format(
            "'{}' is not a multicast address, such as 239.1.1.1:7788 or [ff02::7788]:7788", text));
    return endpoint;
}

SerialLink read_serial(Reader& section) {
    SerialLink link;
    section.require("device", "\"/dev/ttyS1\"");
    link.device = section.text("device").value_or("");
    if (section.has("device") && !link.device.starts_with('/'))
        section.fail("device", fmt::format("'{}' is not a path such as /dev/ttyS1", link.device));
    if (const auto baud = section.number("baud", core::kBauds.front(), core::kBauds.back())) {
        link.baud = static_cast<unsigned>(*baud);
        if (std::ranges::find(core::kBauds, link.baud) == core::kBauds.end())
            section.fail("baud", fmt::format("is {}, but must be one of {}", link.baud,
                                             fmt::join(core::kBauds, ", ")));
    }
    return link;
}

void read_peers(Reader& section, UdpLink& link, std::size_t nodes) {
    for (const std::string& words : section.texts("peers")) {
        const auto peer = parse_unicast(words);
        if (!peer) {
            section.fail("peers", peer.error().message);
            return;
        }
        if (peer->address == IpAddress{peer->address.family, {}})
            section.fail("peers", fmt::format("'{}' is no host's address", words));
        if (peer->address.family != link.bind.address.family)
            section.fail("peers", fmt::format("'{}' is of another IP version than bind", words));
        if (*peer == link.bind)
            section.fail("peers", fmt::format("'{}' is this node's own end, bind; name the "
                                              "other nodes'",
                                              words));
        if (std::ranges::find(link.peers, *peer) != link.peers.end())
            section.fail("peers", fmt::format("'{}' stands there twice", words));
        link.peers.push_back(*peer);
    }
    if (link.peers.empty())
        section.fail("peers", "is empty; name the address and port of each other node");
    else if (nodes > 0 && link.peers.size() > nodes - 1)
        section.fail("peers", fmt::format("names {} peers, but there are {} other nodes",
                                          link.peers.size(), nodes - 1));
}

void check_group(Reader& section, const UdpLink& link) {
    if (link.multicast->address.family != link.bind.address.family)
        section.fail("multicast", "is of another IP version than bind");
    if (link.multicast->port != link.bind.port)
        section.fail("multicast", fmt::format("has port {}, but bind has {}; use one port for both",
                                              link.multicast->port, link.bind.port));
    if (!section.has("dev"))
        section.fail("multicast", "needs the device that it is sent on, such as dev = \"eth1\"");
}

UdpLink read_udp(Reader& section, std::size_t nodes) {
    UdpLink link;
    section.require("bind", "\"10.8.0.1:7788\"");
    link.bind = section.parsed("bind", parse_unicast).value_or(Endpoint{});
    link.dev = section.parsed("dev", parse_device_name).value_or("");
    link.multicast = section.parsed("multicast", parse_group);
    if (section.has("multicast") && section.has("peers"))
        section.fail("multicast", "stands beside peers; keep one of them");
    else if (link.multicast)
        check_group(section, link);
    else if (section.has("peers"))
        read_peers(section, link, nodes);
    else
        section.require("peers", "[\"10.8.0.2:7788\"]");
    return link;
}

/// The same line or socket cannot serve two links.
std::string place_of(const Link& link) {
    if (const auto* serial = std::get_if<SerialLink>(&link.way))
        return serial->device;
    const auto& udp = std::get<UdpLink>(link.way);
    const Endpoint& own = udp.multicast ? *udp.multicast : udp.bind;
    const std::string place = format_endpoint(own);
    return udp.dev.empty() ? place : place + " on " + udp.dev;
}

Link read_link(Problems& problems, const toml::table& table, std::size_t nodes) {
    const auto* type_node = table.get("type");
    const std::string type = type_node == nullptr ? "" : type_node->value_or<std::string>("");
    // The keys that a section knows depend on its type, so that is read first.
    if (type == "serial") {
        Reader section(problems, "[[link]]", &table, {"name", "type", "device", "baud"});
        section.require("name", "\"null-modem\"");
        return {section.parsed("name", parse_label).value_or(""), read_serial(section)};
    }
    if (type == "udp") {
        Reader section(problems, "[[link]]", &table,
                       {"name", "type", "bind", "peers", "multicast", "dev"});
        section.require("name", "\"backup-lan\"");
        return {section.parsed("name", parse_label).value_or(""), read_udp(section, nodes)};
    }
    Reader section(problems, "[[link]]", &table,
                   {"name", "type", "device", "baud", "bind", "peers", "multicast", "dev"});
    section.require("type", "\"serial\" or \"udp\"");
    if (section.text("type"))
        section.fail("type", fmt::format("'{}' is not {}", type, one_of(kTypes)));
    return {};
}

}  // namespace

std::vector<Link> read_links(Problems& problems, const toml::table& root, std::size_t nodes) {
    std::vector<Link> links;
    for (const toml::table* table : tables(problems, root, "link")) {
        Link link = read_link(problems, *table, nodes);
        const std::uint32_t line = table->source().begin.line;
        for (const Link& other : links) {
            if (other.name == link.name)
                problems.add(line, fmt::format("[[link]] name: '{}' is taken by another link; "
                                               "names must differ",
                                               link.name));
            if (place_of(other) == place_of(link))
                problems.add(line, fmt::format("[[link]] '{}' uses {} as link '{}' does; give "
                                               "each a device or port of its own",
                                               link.name, place_of(link), other.name));
        }
        links.push_back(std::move(link));
    }
    if (links.empty())
        problems.add(1,
                     "there is no [[link]]; nodes need at least one to hear each other, better "
                     "two on separate hardware");
    if (links.size() > kMaxLinks)
        problems.add(1, fmt::format("there are {} links, but at most {} are supported",
                                    links.size(), kMaxLinks));
    return links;
}

}  // namespace cohort::config
