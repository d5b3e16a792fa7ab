// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/world.hpp"

namespace cohort::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

core::MachineConfig make_config(const WorldOptions& options, std::size_t index) {
    core::MachineConfig config;
    config.self = static_cast<core::NodeId>(index + 1);
    for (std::size_t i = 0; i < options.nodes; ++i) {
        const std::uint8_t weight = options.weights.empty() ? 1 : options.weights[i];
        config.members.push_back({static_cast<core::NodeId>(i + 1), weight, 1, true});
    }
    if (options.mode == core::QuorumMode::witness) {
        config.members.back().contender = false;
        config.members.back().weight = 0;
    } else if (options.mode == core::QuorumMode::preferred) {
        config.members.back().votes = 2;
    }
    config.mode = options.mode;
    config.fence_delay = index == 0 ? options.fence_delay : Duration{};
    config.timers = options.timers;
    config.buckets = options.buckets;
    config.config_digest = 0xc0;
    return config;
}

}  // namespace

World::World(const WorldOptions& options)
    : dice(options.seed),
      trace(options.trace),
      assumption(options.mode == core::QuorumMode::links && options.keep_assumption,
                 options.timers.window, dice.between(milliseconds{30}, milliseconds{300})),
      checker(scheduler, assumption, hosts),
      network(scheduler, dice, assumption, options.nodes,
              [this](std::size_t to, const Frame& frame) { hosts[to]->deliver(frame); }),
      power(scheduler, dice,
            [this](std::size_t victim) {
                hosts[victim]->power_off();
                scheduler.after(dice.between(seconds{1}, seconds{6}),
                                [this, victim] { hosts[victim]->boot(); });
            }),
      past_violations(options.past_violations) {
    Observer* observer = &checker;
    if (!options.record.empty()) {
        observer = &recorder.emplace(options.record, scheduler, hosts, checker);
    }
    for (std::size_t i = 0; i < options.nodes; ++i) {
        hosts.push_back(std::make_unique<Host>(i, make_config(options, i), scheduler, dice, network,
                                               power, *observer, trace));
    }
    if (options.partial_mesh) {
        network.thin_out();
    }
    checker.begin();
}

void World::run_until(TrueTime until) {
    scheduler.run_until(until, [this] { return halted(); });
}

void World::calm() {
    trace.say(scheduler.now(), 0, "no new trouble from here on");
    network.clear_up();
    power.fails = 0;
    power.longest = milliseconds{300};
    for (auto& host : hosts) {
        host->faults() = HostFaults{};
    }
}

void World::heal() {
    calm();
    trace.say(scheduler.now(), 0, "everything works from here on");
    network.mend();
    power.forget();
    for (auto& host : hosts) {
        host->boot();
        host->start();
        host->inject(core::HealthChanged{true});
    }
}

}  // namespace cohort::sim
