// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/scenario.hpp"

#include "tests/sim/churn.hpp"
#include "tests/sim/clock_trouble.hpp"
#include "tests/sim/peace.hpp"
#include "tests/sim/weather.hpp"

#include <algorithm>
#include <set>

namespace cohort::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// What differs from life to life besides the weather.
WorldOptions draw_life(WorldOptions options) {
    Dice dice(~options.seed);
    options.buckets = std::max(options.buckets, 2 * options.nodes);
    options.partial_mesh = options.nodes > 5 || dice.chance(0.4);
    if (options.mode != core::QuorumMode::links && dice.chance(0.4)) {
        // About the shortest lease that the timers' rules allow.
        options.timers = core::make_timers(milliseconds{100}, milliseconds{600});
    }
    if (dice.chance(0.5)) {
        options.fence_delay = milliseconds{500};
    }
    if (dice.chance(0.3)) {
        for (std::size_t i = 0; i < options.nodes; ++i) {
            options.weights.push_back(static_cast<std::uint8_t>(1 + dice.below(3)));
        }
    }
    return options;
}

/// Counters for which two planners issued a plan each.
std::size_t duels(const World& world) {
    std::set<core::EpochId> ids;
    for (const auto& host : world.hosts) {
        ids.insert(host->written().begin(), host->written().end());
    }
    std::size_t count = 0;
    std::uint64_t last = 0;
    for (const core::EpochId& id : ids) {
        count += id.counter == last ? 1 : 0;
        last = id.counter;
    }
    return count;
}

void prepare(World& world, const ScenarioOptions& options) {
    if (options.only_ownership) {
        world.checker.only_ownership();
    }
    if (options.rare_frames) {
        world.assumption.widen();
    }
    world.power.lies = options.agent_lies;
    for (auto& host : world.hosts) {
        host->faults().forgets_plan = options.forget_plan;
        host->faults().overruns = options.ignore_deadline;
        host->faults().keeps_states = options.keep_states;
    }
}

/// The nodes boot in any order.
void begin(World& world) {
    for (auto& host : world.hosts) {
        if (world.dice.chance(0.5)) {
            host->boot();
        } else {
            world.scheduler.after(world.dice.between(milliseconds{1}, seconds{3}),
                                  [&host] { host->boot(); });
        }
    }
    world.run_for(world.dice.between(seconds{1}, seconds{4}));
}

void live_with_faults(World& world, const ScenarioOptions& options, Verdict& verdict) {
    begin(world);
    Weather weather(world);
    std::optional<ClockTrouble> clocks;
    const TrueTime end = world.scheduler.now() + options.faults_for;
    weather.blow(end);
    if (options.life == Life::clocks) {
        clocks.emplace(world).begin(end);
    }
    world.run_until(end);
    if (options.check_liveness && !world.halted()) {
        verdict.violation = check_peace(world);
    }
    verdict.pauses = clocks ? clocks->pauses() : 0;
}

/// What is wanted at the end must hold at last, even if it was wanted in vain before.
void live_with_churn(World& world, const ScenarioOptions& options, Verdict& verdict) {
    // Votes differ from epoch to epoch here; what they add up to is looked at in lives
    // of one set of members.
    world.checker.only_ownership();
    Operator staff(world);
    for (std::size_t i = 0; i < world.hosts.size(); ++i) {
        if ((staff.wanted() >> i & 1) != 0) {
            world.host(i).boot();
        }
    }
    world.run_for(seconds{3});
    Weather weather(world);
    const TrueTime end = world.scheduler.now() + 2 * options.faults_for;
    weather.blow(end);
    staff.work(end + seconds{60});
    world.run_until(end);
    staff.begin_nothing();
    if (options.check_liveness) {
        world.calm();
        world.run_for(kAftermath);
        world.heal();
        if (!world.run_while_not([&] { return staff.followed(); }, seconds{40})) {
            verdict.violation = "liveness: the change of members does not come to its end";
        }
    }
    verdict.changes = staff.changes();
}

}  // namespace

Verdict run_scenario(const ScenarioOptions& options) {
    const bool churn = options.life == Life::churn;
    World world(churn ? options.world : draw_life(options.world));
    prepare(world, options);
    Verdict verdict;
    (churn ? live_with_churn : live_with_faults)(world, options, verdict);
    if (world.checker.violation()) {
        verdict.violation = world.checker.violation();
    }
    verdict.void_run = world.assumption.broken();
    if (verdict.void_run && !world.checker.violation()) {
        verdict.violation.reset();
    }
    verdict.takeovers = world.checker.takeovers();
    verdict.openings = world.checker.openings();
    verdict.duels = duels(world);
    verdict.trace = world.trace.lines();
    if (world.recorder) {
        verdict.recordings = world.recorder->recordings();
    }
    return verdict;
}

}  // namespace cohort::sim
