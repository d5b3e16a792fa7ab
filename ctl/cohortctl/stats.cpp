// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/view.hpp"

#include <memory>

namespace cohort::ctl {
namespace {

using netlink::Client;
using netlink::Stats;

Result<std::vector<Stats>> chosen(Client& client, const std::string& name) {
    if (name.empty())
        return client.stats_list();
    const auto stats = client.stats_get(name);
    if (!stats)
        return stats.error();
    return std::vector{*stats};
}

Result<void> run(const Session& session, const std::string& name) {
    if (!name.empty()) {
        if (const auto ok = check_cluster_name(name); !ok)
            return ok.error();
    }
    auto client = session.client();
    if (!client)
        return client.error();
    const auto all = chosen(*client, name);
    if (!all)
        return all.error();

    Json list = Json::array();
    std::string text;
    for (const Stats& stats : *all) {
        list.push_back(stats_json(stats));
        text += (text.empty() ? "" : "\n") + stats_text(stats);
    }
    return session.json ? print_json(list) : print(text);
}

}  // namespace

void add_stats(CLI::App& top, Session& session) {
    auto name = std::make_shared<std::string>();
    CLI::App* command = top.add_subcommand("stats", "Show how many packets met which verdict");
    command->footer(
        "Packets since the cluster was added.\n\nExamples:\n  cohortctl stats\n"
        "  cohortctl -j stats web");
    command->add_option("NAME", *name, "Only this cluster")->type_name("");
    command->callback(
        [&session, name] { session.run = [&session, name] { return run(session, *name); }; });
}

}  // namespace cohort::ctl
