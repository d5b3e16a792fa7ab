// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"
#include "ctl/cohortctl/cluster_options.hpp"
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/vip_addresses.hpp"

#include <memory>

namespace cohort::ctl {
namespace {

constexpr const char* kHelp =
    R"(The addresses that came with the cluster leave the device too; one that was
set up by other means stays.

Example:
  cohortctl cluster del web)";

/// The addresses go first: while they are there, the node must not answer for
/// them with its own MAC and without the filter.
Result<void> run(const Session& session, const std::string& name) {
    if (const auto ok = check_cluster_name(name); !ok)
        return ok.error();
    auto client = session.client();
    if (!client)
        return client.error();
    const auto cluster = client->cluster_get(name);
    if (!cluster)
        return cluster.error();
    auto addresses = session.addresses();
    if (!addresses)
        return addresses.error();
    const auto removed = remove_addresses(*addresses, {cluster->dev, cluster->vips});
    if (!removed)
        return removed.error();
    if (const auto deleted = client->cluster_del(name); !deleted) {
        // The first error is the one to tell.
        (void)place_addresses(*addresses, {cluster->dev, *removed});
        return deleted.error();
    }
    return {};
}

}  // namespace

void add_cluster_del(CLI::App& cluster, Session& session) {
    auto name = std::make_shared<std::string>();
    CLI::App* command = cluster.add_subcommand("del", "Remove a cluster and its addresses");
    command->footer(kHelp);
    add_name(*command, *name);
    command->callback(
        [&session, name] { session.run = [&session, name] { return run(session, *name); }; });
}

}  // namespace cohort::ctl
