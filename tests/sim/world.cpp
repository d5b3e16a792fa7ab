// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/world.hpp"

#include "ctl/cohortd/core/timers.hpp"

#include <algorithm>

namespace cohort::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

core::MachineConfig make_config(const WorldOptions& options, std::size_t index) {
    core::MachineConfig config;
    config.self = static_cast<core::NodeId>(index + 1);
    for (std::size_t i = 0; i < options.nodes; ++i) {
        config.members.push_back({static_cast<core::NodeId>(i + 1), 1, 1, true});
    }
    if (options.mode == core::QuorumMode::witness) {
        config.members.back().contender = false;
        config.members.back().weight = 0;
    } else if (options.mode == core::QuorumMode::preferred) {
        config.members.back().votes = 2;
    }
    config.mode = options.mode;
    config.timers = core::make_timers(milliseconds{100}, seconds{1});
    config.buckets = options.buckets;
    config.config_digest = 0xc0;
    return config;
}

}  // namespace

World::World(const WorldOptions& options)
    : dice(options.seed),
      trace(options.trace),
      assumption(options.mode == core::QuorumMode::links && options.keep_assumption,
                 make_config(options, 0).timers.window,
                 dice.between(milliseconds{30}, milliseconds{300})),
      checker(scheduler, assumption, hosts),
      network(scheduler, dice, assumption, options.nodes,
              [this](std::size_t to, const Frame& frame) { hosts[to]->deliver(frame); }),
      power(scheduler, dice, [this](std::size_t victim) {
          hosts[victim]->power_off();
          scheduler.after(dice.between(seconds{1}, seconds{6}),
                          [this, victim] { hosts[victim]->boot(); });
      }) {
    for (std::size_t i = 0; i < options.nodes; ++i) {
        hosts.push_back(std::make_unique<Host>(i, make_config(options, i), scheduler, dice, network,
                                               power, checker, trace));
    }
    checker.begin();
}

void World::run_until(TrueTime until) {
    scheduler.run_until(until, [this] { return halted(); });
}

std::size_t World::contenders() const {
    const auto& members = hosts.front()->config().members;
    return static_cast<std::size_t>(std::count_if(
        members.begin(), members.end(), [](const core::Member& m) { return m.contender; }));
}

void World::heal() {
    trace.say(scheduler.now(), 0, "everything works from here on");
    network.mend();
    power.fails = 0;
    power.forget();
    for (auto& host : hosts) {
        host->faults() = HostFaults{};
        host->boot();
        host->start();
        host->inject(core::HealthChanged{true});
    }
}

}  // namespace cohort::sim
