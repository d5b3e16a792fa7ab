// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/churn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>

namespace cohort::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr HostSet kFirst = 0b111;
constexpr int kLeast = 3;  ///< mode majority

HostSet only(std::size_t host) {
    return HostSet{1} << host;
}

}  // namespace

Operator::Operator(World& world) : world_(world), wanted_(kFirst), before_(kFirst) {
    for (std::size_t i = 0; i < world_.hosts.size(); ++i) {
        world_.host(i).reload(config_of(i, kFirst | only(i)));
    }
}

core::MachineConfig Operator::config_of(std::size_t host, HostSet members) const {
    core::MachineConfig config = world_.hosts[host]->config();
    config.members.clear();
    for (std::size_t i = 0; i < world_.hosts.size(); ++i) {
        if ((members & only(i)) != 0) {
            config.members.push_back({static_cast<core::NodeId>(i + 1), 1, 1, true});
        }
    }
    // As a digest of the file would be: the same for the same members.
    config.config_digest = 0xc000 | members;
    return config;
}

bool Operator::has_file(std::size_t host) const {
    return world_.hosts[host]->config().config_digest == (0xc000 | wanted_);
}

bool Operator::done() const {
    for (std::size_t i = 0; i < world_.hosts.size(); ++i) {
        if ((wanted_ & only(i)) == 0) {
            continue;
        }
        const Host& host = *world_.hosts[i];
        if (!has_file(i) || !host.alive()) {
            return false;
        }
        const core::View view = host.machine().view(host.now());
        if (!view.members_settled || view.members_staged || view.epoch.counter == 0) {
            return false;
        }
    }
    return true;
}

bool Operator::followed() const {
    std::optional<core::EpochId> epoch;
    for (std::size_t i = 0; i < world_.hosts.size(); ++i) {
        if ((wanted_ & only(i)) == 0) {
            continue;
        }
        const Host& host = *world_.hosts[i];
        if (!host.alive() || host.machine().plan().config_digest != host.config().config_digest ||
            host.machine().plan().id != epoch.value_or(host.machine().plan().id)) {
            return false;
        }
        epoch = host.machine().plan().id;
    }
    return done() && world_.checker.all_served();
}

/// One node more or less; one that is to go is mostly stopped first.
void Operator::begin() {
    before_ = wanted_;
    const std::size_t host = world_.dice.below(world_.hosts.size());
    if ((wanted_ & only(host)) == 0) {
        wanted_ |= only(host);
        world_.trace.say(world_.scheduler.now(), 0, fmt::format("node {} is to join", host + 1));
        return;
    }
    if (std::popcount(wanted_) == kLeast) {
        return;
    }
    wanted_ &= ~only(host);
    world_.trace.say(world_.scheduler.now(), 0, fmt::format("node {} is to go", host + 1));
    if (world_.dice.chance(0.5)) {
        world_.host(host).inject(core::Leave{});
    } else if (world_.dice.chance(0.8)) {
        world_.host(host).power_off();
    }
}

/// A node that has not been one of the cluster is stopped and started anew.
void Operator::edit(std::size_t index) {
    Host& host = world_.host(index);
    const HostSet members = host.config().config_digest & ~HostSet{0xc000};
    if (members != before_) {
        host.kill();
    }
    if (!host.reload(config_of(index, wanted_)) && world_.dice.chance(0.3)) {
        // Refused once too often: an operator restarts it with the new file.
        host.kill();
        host.reload(config_of(index, wanted_));
        host.start();
    }
    if (!host.powered()) {
        host.boot();
    }
}

/// It was restarted with the new file before the others went over to it, and has no
/// vote in what holds there until they do. If too few are left for that, it needs the
/// old file.
void Operator::undo(std::size_t index) {
    Host& host = world_.host(index);
    if (!host.alive() || (before_ & only(index)) == 0) {
        return;
    }
    const auto staged = [](const auto& other) {
        return other->alive() && other->machine().view(other->now()).members_staged;
    };
    const bool waited_for =
        std::ranges::any_of(world_.hosts, staged) && !staged(world_.hosts[index]);
    if (waited_for && !host.machine().view(host.now()).quorate && world_.dice.chance(0.1)) {
        host.kill();
        host.reload(config_of(index, before_));
        host.start();
    }
}

void Operator::work(TrueTime end) {
    if (world_.scheduler.now() >= end) {
        return;
    }
    if (!done()) {
        for (std::size_t i = 0; i < world_.hosts.size(); ++i) {
            const bool wanted = (wanted_ & only(i)) != 0;
            if (wanted && has_file(i)) {
                undo(i);
            } else if (wanted && world_.dice.chance(0.6)) {
                edit(i);
            } else if (!wanted && world_.dice.chance(0.3)) {
                world_.host(i).inject(core::Leave{});  // whoever started it again
            }
        }
    } else if (begins_) {
        ++changes_;
        begin();
    }
    world_.scheduler.after(world_.dice.between(milliseconds{5}, seconds{1}),
                           [this, end] { work(end); });
}

}  // namespace cohort::sim
