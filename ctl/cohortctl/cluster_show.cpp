// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/view.hpp"

#include <cerrno>
#include <memory>

namespace cohort::ctl {
namespace {

using netlink::Client;
using netlink::Cluster;

Result<std::vector<Cluster>> chosen(Client& client, const std::string& name) {
    if (name.empty())
        return client.cluster_list();
    const auto cluster = client.cluster_get(name);
    if (!cluster)
        return cluster.error();
    return std::vector{*cluster};
}

Result<void> run(const Session& session, const std::string& name) {
    if (!name.empty()) {
        if (const auto ok = check_cluster_name(name); !ok)
            return ok.error();
    }
    auto client = session.client();
    if (!client)
        return client.error();
    const auto clusters = chosen(*client, name);
    if (!clusters)
        return clusters.error();

    Json list = Json::array();
    std::string text;
    for (const Cluster& cluster : *clusters) {
        const auto states = client->bucket_get(cluster.name);
        // Of all clusters, one may have been removed since they were listed.
        if (!states && states.error().code == ENOENT && name.empty())
            continue;
        if (!states)
            return states.error();
        if (session.json)
            list.push_back(cluster_json(cluster, *states));
        else
            text += (text.empty() ? "" : "\n") + cluster_text(cluster, *states);
    }
    return session.json ? print_json(list) : print(text);
}

}  // namespace

void add_cluster_show(CLI::App& cluster, Session& session) {
    auto name = std::make_shared<std::string>();
    CLI::App* command = cluster.add_subcommand("show", "Show one cluster, or all");
    command->footer("Examples:\n  cohortctl cluster show web\n  cohortctl -j cluster show");
    command->add_option("NAME", *name, "Only this cluster")->type_name("");
    command->callback(
        [&session, name] { session.run = [&session, name] { return run(session, *name); }; });
}

}  // namespace cohort::ctl
