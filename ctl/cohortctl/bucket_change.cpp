// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"
#include "ctl/cohortctl/buckets.hpp"
#include "ctl/cohortctl/cluster_options.hpp"
#include "ctl/cohortctl/commands.hpp"

#include <fmt/format.h>

#include <memory>

namespace cohort::ctl {
namespace {

using netlink::BucketState;

struct Request {
    BucketState state;
    std::string name;
    std::string list;
};

Result<void> run(const Session& session, const Request& request) {
    if (const auto ok = check_cluster_name(request.name); !ok)
        return ok.error();
    if (const auto ok = check_bucket_list(request.list); !ok)
        return ok.error();
    if (request.list.empty())
        return usage_error("bucket list: it is empty; write 0-127,200");
    auto client = session.client();
    if (!client)
        return client.error();
    const auto states = client->bucket_get(request.name);
    if (!states)
        return states.error();
    const auto count = static_cast<std::uint32_t>(states->states.size());
    const auto list = parse_bucket_list(request.list, count);
    if (!list)
        return list.error();
    const auto changed =
        client->bucket_change({request.name, request.state, *list, count, std::nullopt});
    if (!changed)
        return changed.error();
    return {};
}

void add_change(CLI::App& bucket, Session& session, const char* word, BucketState state,
                const char* summary, const char* help) {
    auto request = std::make_shared<Request>();
    request->state = state;
    CLI::App* command = bucket.add_subcommand(word, summary);
    command->footer(fmt::format("{}\n\nExample:\n  cohortctl bucket {} web 0-127,200", help, word));
    add_name(*command, request->name);
    command->add_option("LIST", request->list, "Buckets, such as 0-127,200")
        ->type_name("")
        ->required();
    command->callback([&session, request] {
        session.run = [&session, request] { return run(session, *request); };
    });
}

}  // namespace

void add_bucket_changes(CLI::App& bucket, Session& session) {
    add_change(bucket, session, "own", BucketState::own, "Serve buckets: old flows and new",
               "The other buckets keep their states.");
    add_change(bucket, session, "release", BucketState::none, "Serve buckets no more",
               "All packets of these buckets are dropped from now on.");
    add_change(bucket, session, "drain", BucketState::drain, "Serve known flows only",
               "Flows that this kernel knows go on; new ones are another node's.");
    add_change(bucket, session, "adopt", BucketState::adopt, "Serve new flows and own ones only",
               "New flows are served here; unknown ones are another node's still.");
}

}  // namespace cohort::ctl
