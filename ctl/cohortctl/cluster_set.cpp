// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/cluster_options.hpp"
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/vip_addresses.hpp"

#include <fmt/format.h>

#include <memory>

namespace cohort::ctl {
namespace {

constexpr const char* kHelp =
    R"(Only what is given changes; --vip replaces all VIPs. Addresses of IF follow
--vip and --dev, unless --no-address. The hash can change only while no
bucket is held.

Examples:
  cohortctl cluster set web --lease 1s
  cohortctl cluster set web --vip 192.0.2.50/24 --vip 192.0.2.51/24)";

bool says_nothing(const netlink::ClusterSpec& spec) {
    return !spec.dev && spec.vips.empty() && !spec.mode && !spec.function && !spec.key &&
           !spec.seed && !spec.buckets && !spec.l2 && !spec.mac && !spec.lease;
}

/// Puts back what a change of VIPs or device replaced.
netlink::ClusterSpec undo(const netlink::ClusterSpec& change, const netlink::Cluster& old) {
    netlink::ClusterSpec spec;
    spec.name = old.name;
    spec.dev = old.dev;
    spec.vips = old.vips;
    if (change.mode)
        spec.mode = old.mode;
    if (change.function)
        spec.function = old.function;
    const bool other_secret = change.key || change.seed;
    if (other_secret && old.function == netlink::HashFunction::siphash)
        spec.key = old.key;
    if (other_secret && old.function == netlink::HashFunction::clusterip)
        spec.seed = old.seed;
    if (change.buckets)
        spec.buckets = old.buckets;
    spec.l2 = old.l2;
    spec.mac = old.mac;
    if (change.lease)
        spec.lease = old.lease_length;
    return spec;
}

Result<void> run(const Session& session, const ClusterOptions& options) {
    if (const auto ok = check_cluster_options(options); !ok)
        return ok.error();
    auto client = session.client();
    if (!client)
        return client.error();
    const auto old = client->cluster_get(options.name);
    if (!old)
        return old.error();
    const auto spec = changed_cluster(options, *old);
    if (!spec)
        return spec.error();
    if (says_nothing(*spec))
        return usage_error(fmt::format(
            "cluster '{}': nothing to change; see 'cohortctl cluster set --help'", options.name));
    auto addresses = session.addresses();
    if (!addresses)
        return addresses.error();
    if (spec->dev) {
        if (const auto device = addresses->device_index(*spec->dev); !device)
            return device.error();
    }

    if (const auto changed = client->cluster_set(*spec); !changed)
        return changed.error();
    if (options.no_address || (!spec->dev && spec->vips.empty()))
        return {};
    const Placement from{old->dev, old->vips};
    const Placement to{spec->dev.value_or(old->dev), spec->vips.empty() ? old->vips : spec->vips};
    if (const auto moved = move_addresses(*addresses, from, to); !moved) {
        (void)client->cluster_set(undo(*spec, *old));  // the first error is the one to tell
        return moved.error();
    }
    return {};
}

}  // namespace

void add_cluster_set(CLI::App& cluster, Session& session) {
    auto options = std::make_shared<ClusterOptions>();
    CLI::App* command = cluster.add_subcommand("set", "Change a cluster");
    command->footer(kHelp);
    add_cluster_options(*command, *options, false);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(session, *options); };
    });
}

}  // namespace cohort::ctl
