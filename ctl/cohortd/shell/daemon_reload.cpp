// SPDX-License-Identifier: GPL-2.0-or-later
//
// What may change while the daemon runs: links, checks, keys, and one node more
// or less. All of a file holds from then on, or nothing of it.
#include "ctl/cohortd/config/rotation.hpp"
#include "ctl/cohortd/shell/clock.hpp"
#include "ctl/cohortd/shell/daemon.hpp"
#include "ctl/cohortd/shell/log.hpp"

#include <fmt/format.h>

#include <utility>

namespace cohort::shell {
namespace {

core::Reconfigure change_to(const config::Config& config) {
    core::MachineConfig machine = config::machine_config(config);
    return {std::move(machine.members), machine.config_digest, std::move(machine.settings)};
}

}  // namespace

Result<void> Daemon::reload(bool forced) {
    // What waits may be in the way, or out of it, once it is done.
    run_queue();
    auto wanted = read_changes(forced);
    if (!wanted) {
        log(Level::error, "not reloaded, nothing was changed: {}", wanted.error().message);
        return wanted.error();
    }
    const bool other_links = config_.links != wanted->links;
    // Asked for whenever the file is read, so that a change that is staged and
    // not made yet is dropped if the file is what it was.
    queue_.push_back(change_to(*wanted));
    config_ = *std::move(wanted);
    for (const config::Node& node : config_.nodes) {
        if (node.id != config_.node)
            links_->add_peer(node.id);
    }
    run_queue();
    // What leaves from here on is signed with the new key, in whichever queue it waits.
    links_->use(codec());
    links_->configure(config_.links);
    checks_->configure(config_.checks);
    enqueue(core::KeysChanged{config::key_uses(config_)});
    if (other_links)
        enqueue(core::LinksChanged{});
    log(Level::notice, "reloaded {}{}", config_.file, forced ? ", forced" : "");
    return {};
}

Result<config::Config> Daemon::read_changes(bool forced) const {
    auto wanted = config::load_config(config_.file);
    if (!wanted)
        return wanted;
    if (const std::string what = config::needs_restart(config_, *wanted); !what.empty())
        return usage_error(fmt::format("a change of {} needs a restart of cohortd", what));
    if (auto objection = machine_.objection(change_to(*wanted), boot_now()))
        return Error{ErrorKind::refused, *std::move(objection), 0};
    const std::string peer = obstacle_to(*wanted);
    if (!peer.empty() && !forced)
        return Error{ErrorKind::refused,
                     peer + "; 'cohortctl reload --force' does not ask the peers", 0};
    return wanted;
}

/// By which live peer these keys or links would not be heard, or not be heard any more.
std::string Daemon::obstacle_to(const config::Config& wanted) const {
    if (const std::string peer = lost_by(wanted); !peer.empty())
        return fmt::format(
            "no link stays on which {} and this node hear each other; change one link at a time, "
            "on both nodes",
            peer);
    return config::keys_obstacle(config_, wanted, machine_.view(boot_now()));
}

/// The name of a live peer that has no link in common with this node by that file.
std::string Daemon::lost_by(const config::Config& wanted) const {
    for (const config::Node& node : wanted.nodes) {
        if (node.id != config_.node && links_->loses(node.id, wanted.links))
            return node.name;
    }
    return "";
}

}  // namespace cohort::shell
