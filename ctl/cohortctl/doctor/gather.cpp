// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/gather.hpp"

#include "ctl/base/number.hpp"
#include "ctl/cohortctl/control_client.hpp"
#include "ctl/cohortctl/doctor/lan.hpp"
#include "ctl/netlink/netns.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

namespace cohort::ctl {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};
constexpr const char* kClocks = "/sys/devices/system/clocksource/clocksource0/";

/// Small files of /proc and /sys; one that is not there is empty.
std::string read_file(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

/// net.FAMILY.conf.DEVICE.NAME of the calling thread's namespace.
void read_settings(Facts& facts) {
    static constexpr std::array<std::pair<const char*, const char*>, 6> kNames{
        {{"ipv4", "rp_filter"},
         {"ipv4", "arp_ignore"},
         {"ipv4", "arp_announce"},
         {"ipv4", "arp_filter"},
         {"ipv4", "drop_unicast_in_l2_multicast"},
         {"ipv6", "drop_unicast_in_l2_multicast"}}};
    std::vector<std::string> devices{"all"};
    for (const netlink::Device& device : facts.devices)
        devices.push_back(device.name);
    for (const auto& [family, name] : kNames) {
        for (const std::string& device : devices) {
            const auto words = words_of(
                read_file(fmt::format("/proc/sys/net/{}/conf/{}/{}", family, device, name)));
            const auto value = words.empty() ? std::nullopt : parse_decimal(words.front());
            if (value)
                facts.settings[fmt::format("{}.{}.{}", family, device, name)] =
                    static_cast<long>(*value);
        }
    }
}

std::string text_of(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || found->is_null())
        return "nothing";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

Json list_of(const Json& object, const char* key) {
    const Json list = object.is_object() ? object.value(key, Json::array()) : Json::array();
    return list.is_array() ? list : Json::array();
}

/// A host without cohortd, as one that is kept by hand, is no trouble.
void ask_daemon(Facts& facts) {
    const auto status = ask_cohortd(control_socket_path(), "status");
    if (!status)
        return;
    facts.daemon = true;
    for (const Json& warning : list_of(status->result, "warnings")) {
        if (warning.is_string())
            facts.warnings.push_back(warning.get<std::string>());
    }
    for (const Json& node : list_of(status->result, "nodes")) {
        for (const Json& one : list_of(node, "differs"))
            facts.differences.push_back({text_of(node, "name"), text_of(one, "setting"),
                                         text_of(one, "here"), text_of(one, "there")});
    }
}

}  // namespace

std::vector<std::string> default_devices(std::string_view routes) {
    std::vector<std::string> devices;
    std::istringstream lines{std::string(routes)};
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
        // Iface Destination Gateway Flags RefCnt Use Metric Mask …
        const auto words = words_of(line);
        // A route that refuses has no device: "*".
        if (words.size() > 7 && words[1] == "00000000" && words[7] == "00000000" && words[0] != "*")
            devices.push_back(words[0]);
    }
    return devices;
}

Result<Facts> gather_host(const Session& session) {
    Facts facts;
    auto devices = netlink::DeviceClient::open(session.netns);
    if (!devices)
        return devices.error();
    auto listed = devices->list();
    if (!listed)
        return listed.error();
    facts.devices = std::move(*listed);
    auto addresses = session.addresses();
    if (!addresses)
        return addresses.error();
    auto held = addresses->list();
    if (!held)
        return held.error();
    facts.addresses = std::move(*held);

    const auto scope = netlink::NetnsScope::enter(session.netns);
    if (!scope)
        return scope.error();
    read_settings(facts);
    facts.default_devices = default_devices(read_file("/proc/thread-self/net/route"));
    facts.clocks = words_of(read_file(std::string(kClocks) + "available_clocksource"));
    const auto clock = words_of(read_file(std::string(kClocks) + "current_clocksource"));
    facts.clock = clock.empty() ? "" : clock.front();
    ask_daemon(facts);
    return facts;
}

Result<void> fill_in(Facts& facts, const netlink::Cluster& cluster, const Session& session) {
    facts.cluster = cluster;
    facts.filter.clear();
    facts.claims.clear();
    facts.unasked.reset();
    const netlink::Device* device = device_of(facts);
    if (!device) {
        facts.unasked = fmt::format("device {} is gone", cluster.dev);
        return {};
    }
    auto devices = netlink::DeviceClient::open(session.netns);
    if (!devices)
        return devices.error();
    auto filter = devices->filter(device->index);
    if (!filter)
        return filter.error();
    facts.filter = std::move(*filter);
    if (!device->up) {
        facts.unasked = fmt::format("device {} is down", cluster.dev);
        return {};
    }

    const auto scope = netlink::NetnsScope::enter(session.netns);
    if (!scope)
        return scope.error();
    auto claims = ask_owners(*device, cluster.vips, kPatience);
    if (claims)
        facts.claims = std::move(*claims);
    else
        facts.unasked = claims.error().message;
    return {};
}

}  // namespace cohort::ctl
