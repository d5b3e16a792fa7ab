// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/peace.hpp"

#include "ctl/cohortd/core/text.hpp"
#include "ctl/cohortd/core/timers.hpp"
#include "tests/sim/weather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace cohort::sim {

using std::chrono::milliseconds;

namespace {

/// How long `d` lasts on the slowest clock.
Duration slowest(Duration d) {
    return d + d * core::kClockErrorPpm / 1'000'000;
}

std::string state_of(World& world) {
    std::string out;
    for (const auto& host : world.hosts) {
        out += fmt::format(" node {} ", host->config().self);
        if (!host->alive()) {
            out += "does not run;";
            continue;
        }
        const core::Plan& plan = host->machine().plan();
        out +=
            fmt::format("at {} plans {} serves ", core::text(plan.id), fmt::join(plan.fresh, ","));
        for (std::size_t b = 0; b < host->config().buckets; ++b) {
            out += "-NOB"[static_cast<unsigned>(host->kernel().serves(b, host->now()))];
        }
        out += ";";
    }
    return out;
}

/// All run, all agree on one plan, and each bucket is served as it says.
bool carried_out(World& world) {
    const core::Plan& plan = world.host(0).machine().plan();
    for (const auto& host : world.hosts) {
        const core::NodeId self = host->config().self;
        if (!host->alive() || host->machine().plan().id != plan.id) {
            return false;
        }
        for (std::size_t b = 0; b < plan.fresh.size(); ++b) {
            if (host->kernel().serves(b, host->now()) != plan.rights(self, b)) {
                return false;
            }
        }
    }
    return true;
}

/// Powers off some that the others can do without. True if there are any.
bool lose_some(World& world) {
    const core::MachineConfig& config = world.host(0).config();
    const bool either_may = config.mode == core::QuorumMode::links ||  //
                            config.mode == core::QuorumMode::fence;
    unsigned votes = 0;
    for (const core::Member& member : config.members) {
        votes += member.votes;
    }
    unsigned left = votes;
    for (std::size_t i = 1 + world.dice.below(world.hosts.size()); i > 0; --i) {
        const std::size_t host = world.dice.below(world.hosts.size());
        const unsigned without = left - config.members[host].votes;
        const bool enough = either_may ? without > 0 : 2 * without > votes;
        if (world.host(host).powered() && enough) {
            world.host(host).power_off();
            left = without;
        }
    }
    return left < votes;
}

}  // namespace

LivenessBound liveness_bound(const core::MachineConfig& config, const Network& network) {
    const core::Timers& t = config.timers;
    const HostFaults good;
    const Duration d = network.delay_most() + good.timer_lag_most;
    const Duration f = good.disk_most;
    const Duration k = good.kernel_most;
    // They find each other: a heartbeat, and a challenge both ways.
    const Duration meet = t.heartbeat + 4 * d;
    // An attempt to plan that fails has begun, and is backed off from.
    const Duration retry = t.detect + 2 * t.detect;
    const Duration plan = t.detect + 4 * d + f;
    // Until a silent node's promises have run out, or what stands for that: a
    // fencing that failed is tried again after T_damp.
    const Duration wait = config.mode == core::QuorumMode::links   ? t.silence_long
                          : config.mode == core::QuorumMode::fence ? t.damp + t.promise
                                                                   : t.promise;
    const Duration served = slowest(meet + retry + plan + wait) + 4 * d + k;
    return {served, slowest(t.damp) + served};
}

bool balanced(const core::Plan& plan, const core::MachineConfig& config) {
    std::int64_t total = 0;
    for (const core::Member& member : config.members) {
        total += member.weight;
    }
    const auto buckets = static_cast<std::int64_t>(plan.fresh.size());
    return std::all_of(config.members.begin(), config.members.end(), [&](const auto& member) {
        const auto owned = std::count(plan.fresh.begin(), plan.fresh.end(), member.id);
        return std::abs(owned * total - buckets * member.weight) < total;
    });
}

std::optional<std::string> check_peace(World& world) {
    const core::MachineConfig& config = world.host(0).config();
    const LivenessBound bound = liveness_bound(config, world.network);
    world.calm();
    world.run_for(kAftermath);
    world.heal();
    const auto served = [&world] { return world.checker.all_served(); };
    if (config.mode == core::QuorumMode::fence) {
        // Once more, for a host whose end was asked for before the first frames passed.
        world.run_for(config.timers.detect / 2);
        world.heal();
    }
    if (world.dice.chance(0.3) && lose_some(world)) {
        if (!world.run_while_not(served, bound.served) && !world.halted()) {
            return "liveness: not everything is served with some dead:" + state_of(world);
        }
        world.heal();
    }
    if (!world.run_while_not(served, bound.served) && !world.halted()) {
        return "liveness: not everything is served again:" + state_of(world);
    }
    const auto at_rest = [&] {
        return carried_out(world) && balanced(world.host(0).machine().plan(), config);
    };
    // A share that rounds to nothing is in balance before its node is there.
    world.run_for(bound.balanced);
    if (!at_rest() && !world.halted()) {
        return "liveness: no balance:" + state_of(world);
    }
    const core::EpochId epoch = world.host(0).machine().plan().id;
    const auto changed = [&] { return !at_rest() || world.host(0).machine().plan().id != epoch; };
    if (world.run_while_not(changed, 2 * config.timers.promise) && !world.halted()) {
        return "liveness: no rest:" + state_of(world);
    }
    return std::nullopt;
}

}  // namespace cohort::sim
