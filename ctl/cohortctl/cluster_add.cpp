// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/cluster_options.hpp"
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/vip_addresses.hpp"

#include <memory>

namespace cohort::ctl {
namespace {

constexpr const char* kHelp =
    R"(Without options: sourceip-sourceport, 4096 buckets, siphash with seed 0,
multicast, MAC of the first VIP, static. A new cluster serves no bucket.

Examples:
  cohortctl cluster add web --dev eth0 --vip 192.0.2.50/24 --key-file key
  cohortctl cluster add old --dev eth0 --vip 192.0.2.51/24 \
      --function clusterip --buckets 2 --mac 01:02:03:04:05:06)";

/// The cluster with its addresses, or neither.
Result<void> run(const Session& session, const ClusterOptions& options) {
    const auto spec = new_cluster(options);
    if (!spec)
        return spec.error();
    auto client = session.client();
    if (!client)
        return client.error();
    auto addresses = session.addresses();
    if (!addresses)
        return addresses.error();
    if (const auto device = addresses->device_index(*spec->dev); !device)
        return device.error();

    if (const auto added = client->cluster_add(*spec); !added)
        return added.error();
    if (options.no_address)
        return {};
    if (const auto placed = place_addresses(*addresses, {*spec->dev, spec->vips}); !placed) {
        (void)client->cluster_del(spec->name);  // the first error is the one to tell
        return placed.error();
    }
    return {};
}

}  // namespace

void add_cluster_add(CLI::App& cluster, Session& session) {
    auto options = std::make_shared<ClusterOptions>();
    CLI::App* command = cluster.add_subcommand("add", "Add a cluster");
    command->footer(kHelp);
    add_cluster_options(*command, *options, true);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(session, *options); };
    });
}

}  // namespace cohort::ctl
