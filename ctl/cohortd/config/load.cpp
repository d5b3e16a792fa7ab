// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/duration.hpp"
#include "ctl/base/name.hpp"
#include "ctl/cohortd/config/sections.hpp"
#include "ctl/cohortd/config/words.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <system_error>

namespace cohort::config {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;
constexpr std::size_t kMaxLineBytes = 4096;
constexpr std::size_t kMaxNodes = 32;

Result<std::string> read_file(const std::string& path) {
    auto closer = [](std::FILE* file) { std::fclose(file); };
    std::unique_ptr<std::FILE, decltype(closer)> file(std::fopen(path.c_str(), "re"));
    auto failed = [&](int code) {
        return usage_error(fmt::format("cannot read configuration '{}': {}", path,
                                       std::generic_category().message(code)));
    };
    if (!file)
        return failed(errno);
    std::string content(kMaxFileBytes + 1, '\0');
    errno = 0;
    content.resize(std::fread(content.data(), 1, content.size(), file.get()));
    if (std::ferror(file.get()) != 0)
        return failed(errno);
    if (content.size() > kMaxFileBytes)
        return usage_error(
            fmt::format("configuration '{}' is longer than {} bytes; is it the "
                        "right file?",
                        path, kMaxFileBytes));
    return content;
}

/// The number of the first line that is too long, or 0. The parser bounds how
/// deep values nest, but not how deep the parts of a dotted key do: by the length
/// of lines, and so of keys, its recursion stays within the stack.
std::size_t overlong_line(std::string_view content) {
    for (std::size_t number = 1; !content.empty(); ++number) {
        const std::size_t length = std::min(content.find('\n'), content.size());
        if (length > kMaxLineBytes)
            return number;
        content.remove_prefix(std::min(length + 1, content.size()));
    }
    return 0;
}

std::vector<Node> read_nodes(Problems& problems, const toml::table& root) {
    std::vector<Node> nodes;
    for (const toml::table* table : tables(problems, root, "node")) {
        Reader section(problems, "[[node]]", table, {"id", "name", "weight", "witness"});
        section.require("id", "1");
        Node node;
        node.id = static_cast<core::NodeId>(section.number("id", 1, core::kMaxNodeId).value_or(1));
        node.name = section.parsed("name", parse_label).value_or(fmt::format("node{}", node.id));
        node.witness = section.flag("witness").value_or(false);
        node.weight = static_cast<std::uint8_t>(
            section.number("weight", 0, 255).value_or(node.witness ? 0 : 1));
        if (node.witness && node.weight != 0)
            section.fail("weight", "stands at a witness, which takes no buckets; remove it");
        if (std::ranges::all_of(node.name, [](char c) { return c >= '0' && c <= '9'; }))
            section.fail("name",
                         fmt::format("'{}' could be taken for an id; add a letter", node.name));
        for (const Node& other : nodes) {
            if (other.id == node.id)
                section.fail("id", fmt::format("{} is taken by node '{}'; ids must differ", node.id,
                                               other.name));
            if (other.name == node.name)
                section.fail("name", fmt::format("'{}' is taken by node {}; names must differ",
                                                 node.name, other.id));
        }
        nodes.push_back(std::move(node));
    }
    if (nodes.size() < 2)
        problems.add(1, fmt::format("a cluster has 2 nodes or more, but there are {} [[node]] "
                                    "sections",
                                    nodes.size()));
    else if (nodes.size() > kMaxNodes)
        problems.add(1, fmt::format("there are {} [[node]] sections, but at most {} are supported",
                                    nodes.size(), kMaxNodes));
    else if (std::ranges::all_of(nodes, [](const Node& node) { return node.weight == 0; }))
        problems.add(1, "every [[node]] has weight 0; at least one must take buckets");
    std::ranges::sort(nodes, {}, &Node::id);
    return nodes;
}

void read_cluster(Problems& problems, const toml::table& root, Config& config) {
    Reader section(problems, "[cluster]", table(problems, root, "cluster"),
                   {"name", "node", "key_file", "state_dir"});
    section.require("name", "\"web\"");
    if (const auto name = section.text("name")) {
        config.cluster = *name;
        if (const auto checked = check_cluster_name(*name); !checked)
            section.fail("name", checked.error().message);
    }
    section.require("node", "1");
    config.node = read_node(section, "node", config.nodes);
    config.state_dir = section.text("state_dir").value_or(config.state_dir);
    if (!config.state_dir.starts_with('/'))
        section.fail("state_dir", fmt::format("'{}' is not an absolute path, such as "
                                              "/var/lib/cohort",
                                              config.state_dir));
    config.key_file = section.text("key_file").value_or(config.key_file);
    if (!config.key_file.starts_with('/')) {
        section.fail("key_file", fmt::format("'{}' is not an absolute path, such as "
                                             "/etc/cohort/key",
                                             config.key_file));
        return;
    }
    auto key = ClusterKey::read(config.key_file);
    if (key)
        config.key = *std::move(key);
    else
        section.fail("key_file", key.error().message);
}

/// The nearest timing, not shorter than what was asked for, that keeps every rule.
std::string timing_that_does(const Config& config, const core::TimerContext& context) {
    using std::chrono::milliseconds;
    static constexpr std::array<int, 10> kHeartbeats{20,  50,  100, 200,  300,
                                                     400, 500, 800, 1200, 2000};
    const auto in_words = [&](core::Duration heartbeat) -> std::string {
        const core::Duration lease = std::max<core::Duration>(config.lease, 10 * heartbeat);
        if (core::check_timers(core::make_timers(heartbeat, lease), context))
            return "";
        return fmt::format("; heartbeat = \"{}\" and lease = \"{}\" would do",
                           format_duration(heartbeat), format_duration(lease));
    };
    std::string words = in_words(config.heartbeat);
    for (const int ms : kHeartbeats) {
        if (words.empty() && milliseconds{ms} > config.heartbeat)
            words = in_words(milliseconds{ms});
    }
    return words;
}

void read_timing(Problems& problems, const toml::table& root, Config& config) {
    Reader section(problems, "[timing]", table(problems, root, "timing"), {"heartbeat", "lease"});
    auto positive = [&](std::string_view key, core::Duration fallback) {
        const core::Duration value = section.parsed(key, parse_duration).value_or(fallback);
        if (value < std::chrono::milliseconds{1})
            section.fail(key, "is too short; 100ms and 1s are the defaults of heartbeat and lease");
        if (value > std::chrono::minutes{10})
            section.fail(key, "is too long; at most 10m");
        return value;
    };
    config.heartbeat = positive("heartbeat", config.heartbeat);
    config.lease = positive("lease", config.lease);
    if (problems.any())
        return;
    core::TimerContext context{config.mode, config.nodes.size(), bucket_count(config), {}};
    for (const Link& link : config.links) {
        const auto* serial = std::get_if<SerialLink>(&link.way);
        context.links.push_back({link.name, serial == nullptr ? 0 : serial->baud});
    }
    const auto broken =
        core::check_timers(core::make_timers(config.heartbeat, config.lease), context);
    if (broken)  // Which of both is wrong, the rule says.
        problems.add(section.line_of(section.has("heartbeat") ? "heartbeat" : "lease"),
                     fmt::format("[timing] {}{}", *broken, timing_that_does(config, context)));
}

}  // namespace

Result<std::string> parse_label(std::string_view text) {
    constexpr std::size_t kLongest = 31;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    if (text.empty() || text.size() > kLongest || !std::ranges::all_of(text, allowed))
        return usage_error(fmt::format("'{}' is not 1 to {} of A-Z a-z 0-9 - _ .", text, kLongest));
    return std::string(text);
}

Result<Config> load_config(const std::string& path) {
    const auto content = read_file(path);
    if (!content)
        return content.error();
    return parse_config(*content, path);
}

Result<Config> parse_config(std::string_view content, const std::string& path) {
    if (const std::size_t line = overlong_line(content))
        return usage_error(fmt::format("{}:{}: the line is longer than {} bytes; break it up", path,
                                       line, kMaxLineBytes));
    toml::table root;
    try {
        root = toml::parse(content);
    } catch (const toml::parse_error& error) {
        return usage_error(fmt::format("{}:{}: not TOML: {}", path, error.source().begin.line,
                                       error.description()));
    }
    Problems problems(path);
    Config config;
    config.file = path;
    // Made only for what it says of unknown tables.
    [[maybe_unused]] const Reader top(
        problems, "the file", &root,
        {"cluster", "key", "timing", "quorum", "node", "link", "address", "check"});
    config.nodes = read_nodes(problems, root);
    read_cluster(problems, root, config);
    if (config.key)
        config.keys = read_keys(problems, root, *config.key);
    read_quorum(problems, root, config);
    config.links = read_links(problems, root, config.nodes.size());
    config.addresses = read_addresses(problems, root, config.links);
    config.checks = read_checks(problems, root);
    read_timing(problems, root, config);
    if (problems.any())
        return problems.error();
    return config;
}

core::NodeId read_node(Reader& section, std::string_view key, const std::vector<Node>& nodes) {
    const toml::node* value = section.node(key);
    if (value == nullptr)
        return core::kNobody;
    const bool by_id = value->is_integer();
    if (!by_id && !value->is_string()) {
        section.fail(key, "must be a node's id, or its name in quotes");
        return core::kNobody;
    }
    const std::string wanted =
        by_id ? std::to_string(value->as_integer()->get()) : section.text(key).value_or("");
    for (const Node& node : nodes) {
        if (by_id ? std::to_string(node.id) == wanted : node.name == wanted)
            return node.id;
    }
    section.fail(key, fmt::format("no [[node]] has the {} '{}'", by_id ? "id" : "name", wanted));
    return core::kNobody;
}

const Node& node_of(const Config& config, core::NodeId id) {
    return *std::ranges::find(config.nodes, id, &Node::id);
}

const Node& self_of(const Config& config) {
    return node_of(config, config.node);
}

std::size_t contender_count(const Config& config) {
    return static_cast<std::size_t>(std::ranges::count(config.nodes, false, &Node::witness));
}

std::size_t bucket_count(const Config& config) {
    std::size_t count = 0;
    for (const Address& address : config.addresses)
        count += address.buckets;
    return count;
}

core::MachineConfig machine_config(const Config& config) {
    core::MachineConfig machine;
    machine.self = config.node;
    for (const Node& node : config.nodes)
        machine.members.push_back({node.id, node.weight,
                                   static_cast<std::uint8_t>(votes_of(config, node)), !node.witness,
                                   node.name});
    machine.mode = config.mode;
    machine.fence_delay = config.fence.delay;
    machine.timers = core::make_timers(config.heartbeat, config.lease);
    machine.buckets = bucket_count(config);
    for (const Address& address : config.addresses)
        machine.groups.push_back(address.buckets);
    machine.config_digest = config_digest(config);
    machine.settings = settings(config);
    machine.keys = key_uses(config);
    return machine;
}

}  // namespace cohort::config
