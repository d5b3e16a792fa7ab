// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"
#include "ctl/cohortctl/cluster_options.hpp"
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/view.hpp"

#include <memory>

namespace cohort::ctl {
namespace {

Result<void> run(const Session& session, const std::string& name) {
    if (const auto ok = check_cluster_name(name); !ok)
        return ok.error();
    auto client = session.client();
    if (!client)
        return client.error();
    const auto states = client->bucket_get(name);
    if (!states)
        return states.error();
    return session.json ? print_json(states_json(*states)) : print(states_text(*states));
}

}  // namespace

void add_bucket_show(CLI::App& bucket, Session& session) {
    auto name = std::make_shared<std::string>();
    CLI::App* command = bucket.add_subcommand("show", "Show the states of all buckets");
    command->footer("Examples:\n  cohortctl bucket show web\n  cohortctl -j bucket show web");
    add_name(*command, *name);
    command->callback(
        [&session, name] { session.run = [&session, name] { return run(session, *name); }; });
}

}  // namespace cohort::ctl
