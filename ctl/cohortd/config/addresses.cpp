// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"
#include "ctl/cohortd/config/sections.hpp"
#include "ctl/cohortd/config/words.hpp"

#include <fmt/format.h>
#include <linux/cohort.h>

#include <algorithm>
#include <array>
#include <limits>

namespace cohort::config {
namespace {

constexpr std::size_t kMaxVips = COHORT_VIPS_MAX;
constexpr std::uint32_t kMaxBuckets = COHORT_BUCKETS_MAX;
constexpr std::size_t kMaxAddresses = COHORT_CLUSTERS_MAX;

Result<std::string> parse_cluster_name(std::string_view text) {
    if (auto checked = check_cluster_name(text); !checked)
        return checked.error();
    return std::string(text);
}

Result<std::optional<Mac>> parse_mac_or_auto(std::string_view text) {
    if (text == "auto")
        return std::optional<Mac>{};
    const auto mac = parse_mac(text);
    if (!mac)
        return usage_error(mac.error().message + ", or auto");
    return std::optional<Mac>{*mac};
}

void check_mac(Reader& section, const Address& address) {
    if (!address.mac)
        return;
    const Mac& mac = *address.mac;
    const bool group = (mac[0] & 1) != 0;
    switch (address.l2) {
        case netlink::L2Mode::multicast:
            if (!group || mac == Mac{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF})
                section.fail("mac", fmt::format("{} is not a multicast address, such as "
                                                "01:00:5e:7f:00:32; or use auto",
                                                format_mac(mac)));
            break;
        case netlink::L2Mode::igmp:
            if (mac[0] != 0x01 || mac[1] != 0x00 || mac[2] != 0x5E || mac[3] != 0x7F)
                section.fail("mac", fmt::format("{} does not begin with 01:00:5e:7f, as l2 mode "
                                                "igmp needs; or use auto",
                                                format_mac(mac)));
            break;
        case netlink::L2Mode::unicast:
            if (group || (mac[0] & 2) == 0)
                section.fail("mac", fmt::format("{} is not a locally administered unicast "
                                                "address, such as 02:00:5e:00:00:32; or use auto",
                                                format_mac(mac)));
            break;
    }
}

void read_vips(Reader& section, Address& address) {
    section.require("vip", "[\"192.0.2.50/24\"]");
    for (const std::string& words : section.texts("vip")) {
        const auto vip = parse_vip(words);
        if (!vip) {
            section.fail("vip", vip.error().message);
            return;
        }
        if (!is_host(*vip))
            section.fail("vip", fmt::format("'{}' is not the address of a host in its network, "
                                            "such as 192.0.2.50/24",
                                            words));
        address.vips.push_back(*vip);
    }
    if (section.has("vip") && (address.vips.empty() || address.vips.size() > kMaxVips))
        section.fail("vip", fmt::format("names {} addresses, but must name 1..{}",
                                        address.vips.size(), kMaxVips));
}

void read_hash(Reader& section, Address& address) {
    using netlink::HashFunction;
    address.hash = section.parsed("hash", netlink::parse_hash_mode).value_or(address.hash);
    address.function =
        section.parsed("function", netlink::parse_hash_function).value_or(address.function);
    const auto seed = section.number("seed", 0, std::numeric_limits<std::uint32_t>::max());
    address.seed = static_cast<std::uint32_t>(seed.value_or(0));
    if (address.function == HashFunction::siphash && section.has("seed"))
        section.fail("seed",
                     "belongs to function = \"clusterip\"; siphash is keyed from the "
                     "cluster key");
    const bool has_ipv6 = std::ranges::any_of(
        address.vips, [](const Vip& vip) { return vip.address.family == Family::ipv6; });
    if (address.function == HashFunction::clusterip && has_ipv6)
        section.fail("function", "'clusterip' knows IPv4 alone; use siphash for IPv6 addresses");
}

Address read_address(Problems& problems, const toml::table& table) {
    Reader section(problems, "[[address]]", &table,
                   {"name", "dev", "vip", "hash", "buckets", "l2", "mac", "function", "seed"});
    Address address;
    section.require("name", "\"web\"");
    address.name = section.parsed("name", parse_cluster_name).value_or("");
    section.require("dev", "\"eth0\"");
    address.dev = section.parsed("dev", parse_device_name).value_or("");
    if (address.dev == "lo")
        section.fail("dev", "'lo' is this host's alone; name the device that clients reach it by");
    read_vips(section, address);
    read_hash(section, address);
    address.buckets = static_cast<std::uint32_t>(
        section.number("buckets", 1, kMaxBuckets).value_or(address.buckets));
    address.l2 = section.parsed("l2", netlink::parse_l2_mode).value_or(address.l2);
    address.mac = section.parsed("mac", parse_mac_or_auto).value_or(std::nullopt);
    check_mac(section, address);
    return address;
}

void check_distinct(Problems& problems, const std::vector<Address>& earlier, const Address& address,
                    std::uint32_t line) {
    std::vector<IpAddress> seen;
    for (const Address& other : earlier) {
        if (other.name == address.name)
            problems.add(line, fmt::format("[[address]] name: '{}' is taken by another address; "
                                           "names must differ",
                                           address.name));
        for (const Vip& vip : other.vips)
            seen.push_back(vip.address);
    }
    for (const Vip& vip : address.vips) {
        if (std::ranges::find(seen, vip.address) != seen.end())
            problems.add(line, fmt::format("[[address]] vip: {} stands there twice; a VIP "
                                           "belongs to one address",
                                           format_address(vip.address)));
        seen.push_back(vip.address);
    }
}

/// Heartbeats need an address that is one node's alone.
void check_is_no_link(Problems& problems, const std::vector<Link>& links, const Vip& vip,
                      std::uint32_t line) {
    for (const Link& link : links) {
        const auto* udp = std::get_if<UdpLink>(&link.way);
        if (udp == nullptr)
            continue;
        const bool own = udp->bind.address == vip.address;
        if (own || std::ranges::any_of(udp->peers, [&](const Endpoint& peer) {
                return peer.address == vip.address;
            }))
            problems.add(
                line, fmt::format("[[address]] vip: {} is the {} of link '{}'; a VIP is an "
                                  "address that no node has for itself",
                                  format_address(vip.address), own ? "bind" : "peer", link.name));
    }
}

}  // namespace

Result<std::string> parse_device_name(std::string_view text) {
    constexpr std::size_t kLongest = 15;
    const bool bad = std::ranges::any_of(text, [](char c) {
        return c == '/' || c == ':' || static_cast<unsigned char>(c) <= ' ' || c == '\x7F';
    });
    if (text.empty() || text.size() > kLongest || bad || text == "." || text == "..")
        return usage_error(
            fmt::format("'{}' cannot be a network device's name, such as eth0 "
                        "(1 to {} characters)",
                        text, kLongest));
    return std::string(text);
}

std::vector<Address> read_addresses(Problems& problems, const toml::table& root,
                                    const std::vector<Link>& links) {
    std::vector<Address> addresses;
    std::size_t buckets = 0;
    for (const toml::table* table : tables(problems, root, "address")) {
        Address address = read_address(problems, *table);
        const std::uint32_t line = table->source().begin.line;
        check_distinct(problems, addresses, address, line);
        for (const Vip& vip : address.vips)
            check_is_no_link(problems, links, vip, line);
        buckets += address.buckets;
        if (buckets > kMaxBucketsTotal)
            problems.add(line, fmt::format("[[address]] buckets: all addresses together have more "
                                           "than {}; use fewer for each",
                                           kMaxBucketsTotal));
        addresses.push_back(std::move(address));
    }
    if (addresses.size() > kMaxAddresses)
        problems.add(1,
                     fmt::format("there are {} [[address]] sections, but at most {} are supported",
                                 addresses.size(), kMaxAddresses));
    if (addresses.empty())
        problems.add(1, "there is no [[address]]; name at least one address to share");
    return addresses;
}

std::vector<Check> read_checks(Problems& problems, const toml::table& root) {
    static constexpr std::array<std::string_view, 6> kLater{"load", "disk", "ping",
                                                            "tcp",  "http", "exec"};
    std::vector<Check> checks;
    for (const toml::table* table : tables(problems, root, "check")) {
        // Only a known type's keys can be judged.
        const auto* type_node = table->get("type");
        const std::string type = type_node == nullptr ? "" : type_node->value_or<std::string>("");
        if (std::ranges::find(kLater, type) != kLater.end()) {
            problems.add(type_node->source().begin.line,
                         fmt::format("[[check]] type: '{}' is not supported by this version; "
                                     "\"link\" is",
                                     type));
            continue;
        }
        Reader section(problems, "[[check]]", table, {"name", "type", "dev"});
        section.require("type", "\"link\"");
        if (section.text("type") && type != "link")
            section.fail("type", fmt::format("'{}' is not a check; \"link\" is", type));
        section.require("name", "\"uplink\"");
        section.require("dev", "\"eth0\"");
        Check check{section.parsed("name", parse_label).value_or(""),
                    section.parsed("dev", parse_device_name).value_or("")};
        for (const Check& other : checks) {
            if (other.name == check.name)
                section.fail(
                    "name",
                    fmt::format("'{}' is taken by another check; names must differ", check.name));
        }
        checks.push_back(std::move(check));
    }
    return checks;
}

}  // namespace cohort::config
