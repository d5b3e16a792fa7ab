// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"
#include "ctl/cohortctl/buckets.hpp"
#include "ctl/cohortctl/cluster_options.hpp"
#include "ctl/cohortctl/commands.hpp"

#include <memory>

namespace cohort::ctl {
namespace {

struct Request {
    std::string name;
    std::optional<std::string> deadline;
};

Result<void> run(const Session& session, const Request& request) {
    if (const auto ok = check_cluster_name(request.name); !ok)
        return ok.error();
    netlink::LeaseRenewal renewal{request.name, std::nullopt, std::nullopt, std::nullopt};
    if (request.deadline) {
        const auto deadline = deadline_after(*request.deadline);
        if (!deadline)
            return deadline.error();
        renewal.deadline = *deadline;
    }
    auto client = session.client();
    if (!client)
        return client.error();
    if (const auto done = client->lease_renew(renewal); !done)
        return done.error();
    return {};
}

}  // namespace

void add_bucket_renew(CLI::App& bucket, Session& session) {
    auto request = std::make_shared<Request>();
    CLI::App* command = bucket.add_subcommand("renew", "Renew the lease");
    command->footer(
        "Without --deadline: for the cluster's lease.\n\nExample:\n"
        "  cohortctl bucket renew web --deadline 1s");
    add_name(*command, request->name);
    command->add_option("--deadline", request->deadline, "Serve nothing after this time from now")
        ->type_name("DURATION");
    command->callback([&session, request] {
        session.run = [&session, request] { return run(session, *request); };
    });
}

}  // namespace cohort::ctl
