// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/import/commands.hpp"

#include "ctl/cohortctl/import/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cohort::ctl {
namespace {

std::string join_quoted(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words)
        line += (line.empty() ? "" : " ") + quote_word(word);
    return line;
}

}  // namespace

std::string imported_name(const OldCluster& old) {
    std::string name = "clusterip-" + format_address(old.vip);
    std::ranges::replace(name, '.', '-');
    return name;
}

std::string imported_buckets(const OldCluster& old) {
    return format_bucket_list(collect_buckets(old.total_nodes, [&](std::uint32_t bucket) {
        return std::ranges::find(old.local_nodes, bucket + 1) != old.local_nodes.end();
    }));
}

ClusterOptions imported_options(const OldCluster& old) {
    ClusterOptions options;
    options.name = imported_name(old);
    options.dev = old.dev;
    options.vips = {format_address(old.vip) + "/32"};
    options.hash = std::string(to_string(old.mode));
    options.function = "clusterip";
    options.seed = fmt::to_string(old.seed);
    options.buckets = fmt::to_string(old.total_nodes);
    options.l2 = "multicast";
    options.mac = format_mac(old.mac);
    return options;
}

std::vector<std::string> import_commands(const OldCluster& old,
                                         const std::optional<std::string>& netns) {
    std::vector<std::string> program{"cohortctl"};
    std::vector<std::string> iptables{"iptables-legacy"};
    if (netns) {
        program.insert(program.end(), {"-n", *netns});
        iptables.insert(iptables.begin(), {"ip", "netns", "exec", *netns});
    }
    const ClusterOptions options = imported_options(old);
    std::vector<std::string> add = program;
    add.insert(add.end(), {"cluster", "add", options.name, "--dev", *options.dev, "--vip",
                           options.vips.front(), "--hash", *options.hash, "--function",
                           *options.function, "--seed", *options.seed, "--buckets",
                           *options.buckets, "--l2", *options.l2, "--mac", *options.mac});
    std::vector<std::string> lines{join_quoted(add)};
    if (!old.local_nodes.empty()) {
        std::vector<std::string> own = program;
        own.insert(own.end(), {"bucket", "own", options.name, imported_buckets(old)});
        lines.push_back(join_quoted(own));
    }
    for (const OldRule& rule : old.rules) {
        std::vector<std::string> remove = iptables;
        if (rule.table != "filter")
            remove.insert(remove.end(), {"-t", rule.table});
        remove.insert(remove.end(), {"-D", "INPUT"});
        remove.insert(remove.end(), rule.words.begin(), rule.words.end());
        lines.push_back(join_quoted(remove));
    }
    return lines;
}

}  // namespace cohort::ctl
