// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/world.hpp"

#include "ctl/cohortd/core/timers.hpp"

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
              [this](std::size_t to, const Frame& frame) { hosts[to]->deliver(frame); }) {
    for (std::size_t i = 0; i < options.nodes; ++i) {
        hosts.push_back(std::make_unique<Host>(i, make_config(options, i), scheduler, dice, network,
                                               checker, trace));
    }
    checker.begin();
}

void World::run_until(TrueTime until) {
    scheduler.run_until(until, [this] { return halted(); });
}

void World::heal() {
    trace.say(scheduler.now(), 0, "everything works from here on");
    network.mend();
    for (auto& host : hosts) {
        host->faults() = HostFaults{};
        host->boot();
        host->start();
        host->inject(core::HealthChanged{true});
    }
}

}  // namespace cohort::sim
