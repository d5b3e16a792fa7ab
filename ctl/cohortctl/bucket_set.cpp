// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/name.hpp"
#include "ctl/base/number.hpp"
#include "ctl/cohortctl/buckets.hpp"
#include "ctl/cohortctl/cluster_options.hpp"
#include "ctl/cohortctl/commands.hpp"

#include <fmt/format.h>
#include <linux/cohort.h>

#include <array>
#include <limits>
#include <memory>

namespace cohort::ctl {
namespace {

using netlink::BucketState;

struct Request {
    std::string name;
    std::string epoch;
    std::string own;
    std::string drain;
    std::string adopt;
    std::optional<std::string> deadline;
};

constexpr const char* kHelp = R"(Buckets in none of the lists are served no more. An epoch below the
cluster's is refused, and nothing changes.

Example:
  cohortctl bucket set web --epoch 7 --own 0-2047 --drain 2048-2050 \
      --deadline 1s)";

/// Gives a state to the buckets of a list, none of which may have one yet.
Result<void> assign(std::vector<BucketState>& states, const std::string& text, BucketState state) {
    const auto list = parse_bucket_list(text, static_cast<std::uint32_t>(states.size()));
    if (!list)
        return list.error();
    for (const auto& [first, last] : *list) {
        for (std::uint32_t bucket = first; bucket <= last; ++bucket) {
            if (states[bucket] != BucketState::none)
                return usage_error(
                    fmt::format("bucket {} is given the states {} and {}; give it one", bucket,
                                to_string(states[bucket]), to_string(state)));
            states[bucket] = state;
        }
    }
    return {};
}

Result<std::vector<BucketState>> states_of(const Request& request, std::size_t count) {
    std::vector<BucketState> states(count);
    const std::array lists{std::pair(&request.own, BucketState::own),
                           std::pair(&request.drain, BucketState::drain),
                           std::pair(&request.adopt, BucketState::adopt)};
    for (const auto& [text, state] : lists) {
        if (const auto ok = assign(states, *text, state); !ok)
            return ok.error();
    }
    return states;
}

Result<void> run(const Session& session, const Request& request) {
    if (const auto ok = check_cluster_name(request.name); !ok)
        return ok.error();
    const auto epoch =
        parse_number("epoch", request.epoch, 0, std::numeric_limits<std::uint64_t>::max());
    if (!epoch)
        return epoch.error();
    if (const auto ok = states_of(request, COHORT_BUCKETS_MAX); !ok)
        return ok.error();
    netlink::BucketUpdate update{request.name, *epoch, {}, std::nullopt, std::nullopt};
    if (request.deadline) {
        if (const auto deadline = deadline_after(*request.deadline); !deadline)
            return deadline.error();
    }

    auto client = session.client();
    if (!client)
        return client.error();
    const auto now = client->bucket_get(request.name);
    if (!now)
        return now.error();
    auto states = states_of(request, now->states.size());
    if (!states)
        return states.error();
    update.states = std::move(*states);
    if (request.deadline)
        update.deadline = deadline_after(*request.deadline).value();
    if (const auto done = client->bucket_set(update); !done)
        return done.error();
    return {};
}

}  // namespace

void add_bucket_set(CLI::App& bucket, Session& session) {
    auto request = std::make_shared<Request>();
    CLI::App* command = bucket.add_subcommand("set", "Replace all states in one step");
    command->footer(kHelp);
    add_name(*command, request->name);
    command->add_option("--epoch", request->epoch, "Number of this assignment")
        ->type_name("E")
        ->required();
    command->add_option("--own", request->own, "Serve old flows and new")->type_name("LIST");
    command->add_option("--drain", request->drain, "Serve known flows only")->type_name("LIST");
    command->add_option("--adopt", request->adopt, "Serve new flows and own ones only")
        ->type_name("LIST");
    command->add_option("--deadline", request->deadline, "Serve nothing after this time from now")
        ->type_name("DURATION");
    command->callback([&session, request] {
        session.run = [&session, request] { return run(session, *request); };
    });
}

}  // namespace cohort::ctl
