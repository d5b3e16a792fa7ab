// SPDX-License-Identifier: GPL-2.0-or-later
//
// The commands that stand for rules of the target CLUSTERIP.
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/import/commands.hpp"
#include "ctl/cohortctl/import/saved_rules.hpp"
#include "ctl/cohortctl/output.hpp"
#include "ctl/netlink/netns.hpp"

#include <fmt/format.h>

#include <memory>

namespace cohort::ctl {
namespace {

constexpr const char* kHelp =
    R"(Prints commands and runs none. Without --file: what iptables-legacy-save says,
and of /proc/net/ipt_CLUSTERIP which nodes this host is now. The other hosts
may go on with the old rule meanwhile: both decide alike.

Examples:
  cohortctl import
  cohortctl import >moves.sh && sh -ex moves.sh
  cohortctl import --file rules.v4)";

/// Of a host that runs: the nodes that it is by now, not those of the rule.
Result<void> read_local_nodes(OldCluster& old) {
    const std::string path = "/proc/thread-self/net/ipt_CLUSTERIP/" + format_address(old.vip);
    const auto state = read_rules(path);
    if (!state)
        return Error{state.error().kind,
                     state.error().message +
                         "; is the rule loaded? With --file it is taken as it is written",
                     state.error().code};
    const auto nodes = parse_local_nodes(state->text, old.total_nodes);
    if (!nodes)
        return Error{ErrorKind::refused, fmt::format("{}: {}", path, nodes.error().message), 0};
    old.local_nodes = *nodes;
    return {};
}

Result<std::vector<OldCluster>> gather(const Session& session,
                                       const std::optional<std::string>& file) {
    const auto scope = netlink::NetnsScope::enter(session.netns);
    if (!scope)
        return scope.error();
    const auto saved = file ? read_rules(*file) : ask_iptables();
    if (!saved)
        return saved.error();
    auto clusters = parse_clusterip_rules(saved->text, saved->source);
    if (!clusters || file)
        return clusters;
    for (OldCluster& old : *clusters) {
        if (const auto ok = read_local_nodes(old); !ok)
            return ok.error();
    }
    return clusters;
}

Json cluster_json(const OldCluster& old, const std::vector<std::string>& commands) {
    return {
        {"name", imported_name(old)},
        {"dev", old.dev},
        {"vips", {format_address(old.vip) + "/32"}},
        {"hash", {{"mode", to_string(old.mode)}, {"function", "clusterip"}, {"seed", old.seed}}},
        {"buckets", old.total_nodes},
        {"l2", "multicast"},
        {"mac", format_mac(old.mac)},
        {"own", imported_buckets(old)},
        {"commands", commands}};
}

Result<void> run(const Session& session, const std::optional<std::string>& file) {
    const auto clusters = gather(session, file);
    if (!clusters)
        return clusters.error();
    Json list = Json::array();
    std::string text;
    for (const OldCluster& old : *clusters) {
        const auto commands = import_commands(old, session.netns);
        list.push_back(cluster_json(old, commands));
        for (const std::string& line : commands)
            text += line + "\n";
    }
    return session.json ? print_json(list) : print(text);
}

}  // namespace

void add_import(CLI::App& top, Session& session) {
    auto file = std::make_shared<std::optional<std::string>>();
    CLI::App* command =
        top.add_subcommand("import", "Print the commands that replace CLUSTERIP rules");
    command->footer(kHelp);
    command->add_option("--file", *file, "What iptables-save printed; -: standard input")
        ->type_name("F");
    command->callback(
        [&session, file] { session.run = [&session, file] { return run(session, *file); }; });
}

}  // namespace cohort::ctl
