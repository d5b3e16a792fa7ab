// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/first_state.hpp"

#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/core/text.hpp"
#include "ctl/cohortd/core/timers.hpp"
#include "ctl/cohortd/shell/log.hpp"
#include "ctl/cohortd/state/record.hpp"
#include "ctl/cohortd/wire/codec.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace cohort::shell {
namespace {

state::Accepted nothing_accepted(const config::Config& config) {
    return {core::empty_plan(config::bucket_count(config), config::config_digest(config)), {}};
}

/// How long others may rest on what a node has promised.
std::string promise_of(const config::Config& config) {
    return core::text(core::make_timers(config.heartbeat, config.lease).promise);
}

}  // namespace

state::Owner owner_of(const config::Config& config) {
    return {wire::cluster_id(config.cluster), config.node};
}

Result<state::Accepted> load_first_plan(const config::Config& config,
                                        const state::Directory& directory) {
    auto accepted = directory.load(owner_of(config));
    if (!accepted)
        return accepted.error();
    if (*accepted)
        return **std::move(accepted);
    if (config.nodes.size() > 2)
        return Error{ErrorKind::refused,
                     fmt::format("{} holds no state. On a new node run 'cohortd --init' once. If "
                                 "the state was lost, others may still rest on what this node "
                                 "promised: stop all nodes for {} first",
                                 config.state_dir, promise_of(config)),
                     0};
    log(Level::notice, "{} holds no state: this node starts afresh", config.state_dir);
    return nothing_accepted(config);
}

Result<void> init_state(const config::Config& config, bool force) {
    auto directory = state::Directory::open(config.state_dir);
    if (!directory)
        return directory.error();
    const auto found = directory->load(owner_of(config));
    const bool there = !found || found->has_value();
    if (there && !force)
        return Error{ErrorKind::refused,
                     fmt::format("{}. Nothing was changed; 'cohortd --init --force' replaces it, "
                                 "which is right only if all nodes have been stopped for {}",
                                 found ? fmt::format("{} holds a state already, of epoch {}",
                                                     config.state_dir, (*found)->plan.id.counter)
                                       : found.error().message,
                                 promise_of(config)),
                     0};
    const auto record = state::encode_record(owner_of(config), nothing_accepted(config));
    if (const int code = state::replace_record(directory->fd(), record); code != 0)
        return Error{ErrorKind::refused,
                     fmt::format("cannot write the state into {}: {}", config.state_dir,
                                 std::generic_category().message(code)),
                     code};
    return {};
}

}  // namespace cohort::shell
