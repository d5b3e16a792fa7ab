// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/import/clusterip_rules.hpp"

#include "cohort/mac.h"
#include "ctl/base/number.hpp"
#include "ctl/cohortctl/import/commands.hpp"
#include "ctl/cohortctl/import/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace cohort::ctl {
namespace {

constexpr std::uint32_t kMaxNodes = 16;  // of the target

/// Options as the words gave them, each at most once.
using Options = std::map<std::string, std::string, std::less<>>;

Result<std::string> value_of(const Options& options, std::string_view name) {
    const auto found = options.find(name);
    if (found == options.end())
        return usage_error(fmt::format("the rule has --new but no {}", name));
    return found->second;
}

/// The options that say which cluster it is, and nothing else about packets: a rule
/// that some packets pass by cannot be a cluster, which takes all to its VIP.
Result<Options> read_options(const std::vector<std::string>& words) {
    static const std::vector<std::string> kKnown{"-d",           "-i",           "-j",
                                                 "--hashmode",   "--clustermac", "--total-nodes",
                                                 "--local-node", "--hash-init",  "--comment"};
    Options options;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "--new") {
            options[word] = "";
            continue;
        }
        const bool last = at + 1 == words.size();
        if (word == "-m" && !last && words[at + 1] == "comment") {
            ++at;
            continue;
        }
        if (std::ranges::find(kKnown, word) == kKnown.end())
            return usage_error(
                fmt::format("'{}' has no counterpart: a cluster takes every packet to its VIP that "
                            "comes in on its device; make the rule one of -d, -i and -j CLUSTERIP",
                            word == "-m" && !last ? "-m " + words[at + 1] : word));
        if (last)
            return usage_error(fmt::format("{} needs a value", word));
        if (!options.emplace(word, words[++at]).second)
            return usage_error(fmt::format("{} is given twice", word));
    }
    return options;
}

Result<IpAddress> read_vip(const Options& options) {
    const auto found = options.find("-d");
    if (found == options.end())
        return usage_error("the rule has no -d; it needs the VIP, such as -d 192.0.2.50/32");
    const std::string& text = found->second;
    const auto address = parse_ip_address(text.substr(0, text.find('/')));
    const bool whole = text.find('/') == std::string::npos || text.ends_with("/32");
    if (!address || address->family != Family::ipv4 || !whole || !is_host(*address))
        return usage_error(
            fmt::format("-d '{}' is not one IPv4 address of a host, such as 192.0.2.50/32", text));
    return *address;
}

Result<std::uint32_t> read_number(const Options& options, std::string_view name, std::uint64_t min,
                                  std::uint64_t max) {
    const auto text = value_of(options, name);
    if (!text)
        return text.error();
    const auto number = parse_number(name, *text, min, max);
    if (!number)
        return number.error();
    return static_cast<std::uint32_t>(*number);
}

Result<Mac> read_mac(const Options& options) {
    const auto text = value_of(options, "--clustermac");
    if (!text)
        return text.error();
    const auto mac = parse_mac(*text);
    if (mac && !cohort_mac_fits(COHORT_L2_MODE_MULTICAST, mac->data()))
        return usage_error(fmt::format(
            "--clustermac '{}' is not a group address, whose first byte is odd, or is broadcast",
            *text));
    return mac;
}

/// The settings of a rule with --new.
Result<OldCluster> read_new(const Options& options) {
    OldCluster old;
    const auto device = value_of(options, "-i");
    if (!device)
        return device.error();
    if (device->ends_with('+'))
        return usage_error(fmt::format("-i '{}' is no single device", *device));
    old.dev = *device;
    const auto word = value_of(options, "--hashmode");
    if (!word)
        return word.error();
    const auto mode = netlink::parse_hash_mode(*word);
    if (!mode)
        return mode.error();
    old.mode = *mode;
    const auto mac = read_mac(options);
    if (!mac)
        return mac.error();
    old.mac = *mac;
    const auto total = read_number(options, "--total-nodes", 1, kMaxNodes);
    if (!total)
        return total.error();
    old.total_nodes = *total;
    const auto local = read_number(options, "--local-node", 1, *total);
    if (!local)
        return local.error();
    old.local_nodes = {*local};
    if (options.contains("--hash-init")) {
        const auto seed =
            read_number(options, "--hash-init", 0, std::numeric_limits<std::uint32_t>::max());
        if (!seed)
            return seed.error();
        old.seed = *seed;
    }
    return old;
}

bool same_settings(const OldCluster& one, const OldCluster& other) {
    return one.dev == other.dev && one.mode == other.mode && one.seed == other.seed &&
           one.total_nodes == other.total_nodes && one.mac == other.mac &&
           one.local_nodes == other.local_nodes;
}

/// What the rules of a text come to, one after another.
class Collector {
public:
    Result<void> add(OldRule rule) {
        const auto options = read_options(rule.words);
        if (!options)
            return options.error();
        const auto vip = read_vip(*options);
        if (!vip)
            return vip.error();
        if (!options->contains("--new")) {
            joining_.push_back({*vip, std::move(rule)});
            return {};
        }
        auto fresh = read_new(*options);
        if (!fresh)
            return fresh.error();
        fresh->vip = *vip;
        if (const auto ok = check_cluster_options(imported_options(*fresh)); !ok)
            return ok.error();
        const auto known = std::ranges::find(clusters_, *vip, &OldCluster::vip);
        if (known == clusters_.end()) {
            fresh->rules = {std::move(rule)};
            clusters_.push_back(std::move(*fresh));
            return {};
        }
        if (!same_settings(*known, *fresh))
            return usage_error(fmt::format(
                "the rule of line {} is for {} too, with other settings; the kernel went by the "
                "one that came first, which the text does not tell: remove the other",
                known->rules.front().line, format_address(*vip)));
        known->rules.push_back(std::move(rule));
        return {};
    }

    /// Rules without --new, wherever they stand, belong to the one that has it.
    /// The line of the one that does not is in `line`.
    Result<std::vector<OldCluster>> finish(std::size_t& line) {
        for (Joining& one : joining_) {
            const auto known = std::ranges::find(clusters_, one.vip, &OldCluster::vip);
            line = one.rule.line;
            if (known == clusters_.end())
                return usage_error(
                    fmt::format("the rule has no --new, and no other rule tells the settings of {}",
                                format_address(one.vip)));
            known->rules.push_back(std::move(one.rule));
        }
        return std::move(clusters_);
    }

private:
    struct Joining {
        IpAddress vip;
        OldRule rule;
    };
    std::vector<OldCluster> clusters_;
    std::vector<Joining> joining_;
};

/// The words of a rule of the target, without `-A CHAIN`; empty: another line.
Result<std::vector<std::string>> rule_words(std::string_view line) {
    auto words = split_words(line);
    if (!words && line.find("CLUSTERIP") == std::string_view::npos)
        return std::vector<std::string>{};
    if (!words)
        return words.error();
    if (!words->empty() && words->front().starts_with('['))  // counters, of iptables-save -c
        words->erase(words->begin());
    if (words->size() < 2 || words->front() != "-A")
        return std::vector<std::string>{};
    const auto jump = std::ranges::find(*words, "-j");
    if (jump == words->end() || jump + 1 == words->end() || *(jump + 1) != "CLUSTERIP")
        return std::vector<std::string>{};
    if ((*words)[1] != "INPUT")
        return usage_error(fmt::format(
            "which packets come to the chain '{}' the rule does not tell; make it a rule of INPUT",
            (*words)[1]));
    words->erase(words->begin(), words->begin() + 2);
    return words;
}

Error at_line(std::string_view source, std::size_t line, const Error& error) {
    return {error.kind, fmt::format("{}:{}: {}", source, line, error.message), error.code};
}

}  // namespace

Result<std::vector<OldCluster>> parse_clusterip_rules(std::string_view text,
                                                      std::string_view source) {
    Collector collector;
    std::string table = "filter";
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.starts_with('*')) {
            table = line.substr(1, line.find_first_of(" \t\r") - 1);
            continue;
        }
        auto words = rule_words(line);
        if (!words)
            return at_line(source, number, words.error());
        if (words->empty())
            continue;
        if (const auto ok = collector.add({number, table, std::move(*words)}); !ok)
            return at_line(source, number, ok.error());
    }
    std::size_t at = 0;
    auto clusters = collector.finish(at);
    if (!clusters)
        return at_line(source, at, clusters.error());
    if (clusters->empty())
        return Error{ErrorKind::refused,
                     fmt::format("{}: there is no rule with the target CLUSTERIP in it", source),
                     0};
    return clusters;
}

Result<std::vector<std::uint32_t>> parse_local_nodes(std::string_view text,
                                                     std::uint32_t total_nodes) {
    std::vector<std::uint32_t> nodes;
    std::string_view rest = text.substr(0, text.find('\n'));
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const auto node = parse_number("node", rest.substr(0, comma), 1, total_nodes);
        if (!node)
            return node.error();
        nodes.push_back(static_cast<std::uint32_t>(*node));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    std::ranges::sort(nodes);
    nodes.erase(std::ranges::unique(nodes).begin(), nodes.end());
    return nodes;
}

}  // namespace cohort::ctl
