// SPDX-License-Identifier: GPL-2.0-or-later
//
// [quorum]: who has how many votes, and what ownership rests on (protocol
// sections 2 and 8).
#include "ctl/base/duration.hpp"
#include "ctl/cohortd/config/sections.hpp"
#include "ctl/cohortd/config/words.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cohort::config {
namespace {

using core::QuorumMode;

// In the order of core::QuorumMode.
constexpr std::array<std::string_view, 5> kModes{"links", "witness", "preferred", "fence",
                                                 "majority"};
constexpr std::string_view kChoice =
    "two nodes must choose one of links, witness, preferred or fence; cohort.toml(5) says what "
    "each rests on";

QuorumMode read_mode(Reader& section, std::size_t contenders) {
    const auto words = section.text("mode");
    if (!words) {
        if (contenders == 2)
            section.fail("mode", kChoice);
        return QuorumMode::majority;
    }
    const auto* found = std::ranges::find(kModes, *words);
    if (found != kModes.end())
        return static_cast<QuorumMode>(found - kModes.begin());
    section.fail("mode", fmt::format("'{}' is not {}", *words, one_of(kModes)));
    return QuorumMode::majority;
}

/// Whether the nodes are those that the mode is for.
void check_nodes(Reader& section, const Config& config) {
    const std::size_t contenders = contender_count(config);
    const std::size_t witnesses = config.nodes.size() - contenders;
    const std::string_view mode = to_string(config.mode);
    if (witnesses > 1)
        section.fail("mode", fmt::format("{} [[node]] sections say witness = true, but one witness "
                                         "is enough",
                                         witnesses));
    else if (config.mode == QuorumMode::majority && contenders < 3)
        section.fail(
            "mode", fmt::format("'majority' needs 3 nodes or more that take buckets; {}", kChoice));
    else if (config.mode != QuorumMode::majority && contenders != 2)
        section.fail(
            "mode",
            fmt::format("'{}' is for exactly two nodes that take buckets, not {}; {}", mode,
                        contenders,
                        config.mode == QuorumMode::witness && contenders == 3 && witnesses == 0
                            ? "if one of them is the witness, its [[node]] needs witness = true"
                            : "3 and more use majority"));
    else if (config.mode == QuorumMode::witness && witnesses == 0)
        section.fail(
            "mode",
            "'witness' needs a third host that votes and takes no buckets: a [[node]] with "
            "witness = true");
    else if (config.mode != QuorumMode::witness && config.mode != QuorumMode::majority &&
             witnesses > 0)
        section.fail(
            "mode", fmt::format("'{}' has no use for a witness; write mode = \"witness\", "
                                "or remove node '{}'",
                                mode, std::ranges::find(config.nodes, true, &Node::witness)->name));
}

/// A mark such as {host} that no node's facts are put in for; else empty.
std::string_view unknown_mark(std::string_view word) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";
    for (auto at = word.find('{'); at != word.npos; at = word.find('{', at + 1)) {
        const auto end = word.find_first_not_of(kLetters, at + 1);
        if (end == word.npos || word[end] != '}' || end == at + 1)
            continue;
        const std::string_view mark = word.substr(at, end + 1 - at);
        if (mark != "{id}" && mark != "{name}")
            return mark;
    }
    return {};
}

FenceAgent read_fence(Reader& section) {
    FenceAgent agent;
    section.require("command", "[\"/usr/sbin/fence-peer\", \"{name}\"]");
    agent.command = section.texts("command");
    if (section.has("command") && (agent.command.empty() || !agent.command[0].starts_with('/')))
        section.fail("command",
                     "must begin with the absolute path of a program; it is run without a shell");
    for (const std::string& word : agent.command) {
        if (const std::string_view mark = unknown_mark(word); !mark.empty())
            section.fail("command",
                         fmt::format("of a node it knows {{id}} and {{name}}, not {}", mark));
    }
    const auto span = [&](std::string_view key, core::Duration otherwise, core::Duration least) {
        const core::Duration value = section.parsed(key, parse_duration).value_or(otherwise);
        if (value < least || value > std::chrono::minutes{10})
            section.fail(key, fmt::format("must be of {}..10m", format_duration(least)));
        return value;
    };
    agent.timeout = span("timeout", agent.timeout, std::chrono::milliseconds{100});
    agent.delay = span("delay", agent.delay, core::Duration{});
    agent.retries =
        static_cast<unsigned>(section.number("retries", 0, 100).value_or(agent.retries));
    return agent;
}

/// Keys of one mode mean nothing in another, and are refused there.
void refuse_foreign(Reader& section, QuorumMode mode) {
    const auto belongs = [&](QuorumMode owner, std::initializer_list<std::string_view> keys) {
        for (const std::string_view key : keys) {
            if (mode != owner && section.has(key))
                section.fail(key, fmt::format("is of mode \"{}\", but the mode is \"{}\"",
                                              to_string(owner), to_string(mode)));
        }
    };
    belongs(QuorumMode::preferred, {"preferred"});
    belongs(QuorumMode::fence, {"command", "timeout", "retries", "delay"});
}

}  // namespace

void read_quorum(Problems& problems, const toml::table& root, Config& config) {
    Reader section(problems, "[quorum]", table(problems, root, "quorum"),
                   {"mode", "preferred", "command", "timeout", "retries", "delay"});
    config.mode = read_mode(section, contender_count(config));
    check_nodes(section, config);
    refuse_foreign(section, config.mode);
    if (config.mode == QuorumMode::preferred) {
        section.require("preferred", "1");
        config.preferred = read_node(section, "preferred", config.nodes);
    } else if (config.mode == QuorumMode::fence) {
        config.fence = read_fence(section);
    }
}

std::string_view to_string(QuorumMode mode) {
    return kModes[static_cast<std::size_t>(mode)];
}

unsigned votes_of(const Config& config, const Node& node) {
    return node.id == config.preferred ? 2 : 1;
}

std::string assumption(const Config& config) {
    static constexpr std::string_view kNothing =
        "rests on clocks that keep time to 0.1 % and disks that keep what they wrote, and on "
        "nothing else";
    const auto window = format_duration(core::make_timers(config.heartbeat, config.lease).window);
    switch (config.mode) {
        case QuorumMode::links:
            return fmt::format(
                "links: rests on the links: while both daemons run, in any {} at least one frame "
                "passes over at least one link in at least one direction; if every link failed "
                "while both nodes live, both would answer for every address",
                window);
        case QuorumMode::witness:
            return fmt::format(
                "witness: {}; a node serves alone as long as the witness hears it, and without "
                "the witness both nodes must hear each other",
                kNothing);
        case QuorumMode::preferred:
            return fmt::format("preferred: {}; when {} fails, nobody serves until it is back",
                               kNothing, node_of(config, config.preferred).name);
        case QuorumMode::fence:
            return "fence: rests on the fencing agent: it never confirms while the peer still has "
                   "power; a dead peer's buckets stay dark until it has confirmed";
        case QuorumMode::majority: {
            const std::size_t votes = config.nodes.size();
            return fmt::format(
                "majority: {}; {} of the {} votes must hear each other, else "
                "nobody serves",
                kNothing, votes / 2 + 1, votes);
        }
    }
    return "";
}

}  // namespace cohort::config
