// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/scenario.hpp"

#include "ctl/cohortd/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cohort::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Draws one fault after the other. Which kinds, and how dense, differs from
/// seed to seed, so that some runs dwell on rare combinations.
class Weather {
public:
    explicit Weather(World& world) : world_(world), dice_(world.dice) {
        density_ = dice_.between(milliseconds{150}, milliseconds{1500});
        for (double& weight : weights_) {
            weight = dice_.chance(0.6) ? 1.0 : 0.05;
        }
        if (dice_.chance(0.3)) {
            trouble_hosts();
        }
    }

    /// One fault, and after a while the next, until `end`.
    void blow(TrueTime end) {
        if (world_.scheduler.now() >= end) {
            return;
        }
        one();
        world_.scheduler.after(dice_.between(milliseconds{1}, 2 * density_),
                               [this, end] { blow(end); });
    }

private:
    enum Kind {
        cut_one,
        cut_way,
        mend,
        degrade,
        stall,
        kill,
        power,
        health,
        leave,
        links,
        slow,
        kinds
    };

    Host& any() { return world_.host(dice_.below(world_.hosts.size())); }

    Kind draw() {
        double total = 0;
        for (const double weight : weights_) {
            total += weight;
        }
        double at = total * static_cast<double>(dice_.below(1'000'000)) * 1e-6;
        int kind = 0;
        while (kind + 1 < kinds && at >= weights_[kind]) {
            at -= weights_[kind++];
        }
        return static_cast<Kind>(kind);
    }

    void later(Duration least, Duration most, std::function<void()> what) {
        world_.scheduler.after(dice_.between(least, most), std::move(what));
    }

    void one() {
        Host& host = any();
        const std::size_t from = dice_.below(world_.hosts.size());
        const std::size_t to = dice_.below(world_.hosts.size());
        switch (draw()) {
            case cut_one:
                world_.network.cut(dice_.below(world_.network.links()), from, to, true);
                break;
            case cut_way:
                say(fmt::format("n{} is deaf to n{}", to + 1, from + 1));
                world_.network.cut_all(from, to, true);
                break;
            case mend:
                say("links are mended");
                world_.network.mend();
                break;
            case degrade: {
                LinkQuality& link = world_.network.link(dice_.below(world_.network.links()));
                link.loss = dice_.chance(0.5) ? 0.3 : 0.9;
                link.copies = 0.3;
                link.late = 0.1;
                link.latest = dice_.between(milliseconds{50}, seconds{3});
                break;
            }
            case stall:
                host.stall(dice_.chance(0.5) ? dice_.between(milliseconds{1}, milliseconds{200})
                                             : dice_.between(milliseconds{200}, seconds{4}));
                break;
            case kill:
                host.kill();
                later(milliseconds{20}, dice_.chance(0.5) ? milliseconds{400} : seconds{4},
                      [&host] { host.start(); });
                break;
            case power:
                host.power_off();
                later(milliseconds{300}, seconds{4}, [&host] { host.boot(); });
                break;
            case health:
                host.inject(core::HealthChanged{dice_.chance(0.4)});
                break;
            case leave:
                host.inject(core::Leave{});
                later(seconds{1}, seconds{6}, [&host] { host.start(); });
                break;
            case links:
                host.inject(core::LinksChanged{});
                break;
            case slow:
                trouble_hosts();
                break;
            case kinds:
                break;
        }
    }

    void trouble_hosts() {
        world_.power.fails = dice_.chance(0.5) ? 0 : 0.5;
        for (auto& host : world_.hosts) {
            HostFaults& faults = host->faults();
            faults.disk_most = dice_.chance(0.5) ? milliseconds{10} : milliseconds{900};
            faults.disk_fails = dice_.chance(0.8) ? 0 : 0.3;
            faults.kernel_most = dice_.chance(0.5) ? milliseconds{1} : milliseconds{150};
            faults.timer_lag_most = dice_.chance(0.5) ? milliseconds{1} : milliseconds{120};
            faults.dies_at_action = dice_.chance(0.5) ? 0 : 0.002;
            faults.stalls_at_action = dice_.chance(0.5) ? 0 : 0.003;
            faults.stalls_at_wake = dice_.chance(0.5) ? 0 : 0.02;
            faults.stall_most = dice_.chance(0.5) ? milliseconds{190} : seconds{2};
        }
    }

    void say(const std::string& text) { world_.trace.say(world_.scheduler.now(), 0, text); }

    World& world_;
    Dice& dice_;
    Duration density_{};
    double weights_[kinds] = {};
};

std::string state_of(World& world) {
    std::string out;
    for (const auto& host : world.hosts) {
        out += fmt::format(" node {} ", host->config().self);
        if (!host->alive()) {
            out += "does not run;";
            continue;
        }
        out += "at " + core::text(host->machine().plan().id) + " plans ";
        for (const core::NodeId id : host->machine().plan().fresh) {
            out += fmt::format("{}", id);
        }
        out += " serves ";
        for (std::size_t b = 0; b < host->config().buckets; ++b) {
            out += "-NOB"[static_cast<unsigned>(host->kernel().serves(b, host->now()))];
        }
        out += ";";
    }
    return out;
}

bool balanced(const World& world) {
    const core::Plan& plan = world.hosts.front()->machine().plan();
    std::vector<std::size_t> owned(world.hosts.size() + 1, 0);
    for (const core::NodeId id : plan.fresh) {
        ++owned[id];
    }
    const std::size_t ideal = plan.fresh.size() / world.contenders();
    return std::all_of(owned.begin() + 1,
                       owned.begin() + 1 + static_cast<std::ptrdiff_t>(world.contenders()),
                       [ideal](std::size_t n) { return n == ideal || n == ideal + 1; });
}

/// Section 10's liveness: all is served again within T_plan (detection, and a
/// back-off or two) and the longest wait for a silent peer; nodes that came
/// back get their share after T_damp; then nothing changes any more.
std::optional<std::string> check_peace(World& world) {
    const core::Timers& timers = world.host(0).config().timers;
    // What began in the storm, a leave above all, still has to end.
    world.run_for(3 * timers.promise + seconds{6});
    world.heal();
    // Once more, for a host whose end was asked for before the first frames passed.
    world.run_for(timers.detect / 2);
    world.heal();
    const auto served = [&world] { return world.checker.all_served(); };
    if (!world.run_while_not(served, 5 * timers.detect + timers.silence_long) && !world.halted()) {
        return "liveness: not everything is served again:" + state_of(world);
    }
    core::EpochId epoch;
    TrueTime since{};
    const auto at_rest = [&] {
        if (!world.host(0).alive()) {
            return false;
        }
        const core::EpochId& now = world.host(0).machine().plan().id;
        if (now != epoch || !served() || !balanced(world)) {
            epoch = now;
            since = world.scheduler.now();
        }
        return world.scheduler.now() - since >= timers.damp + 2 * timers.promise;
    };
    if (!world.run_while_not(at_rest, 4 * timers.damp) && !world.halted()) {
        return "liveness: no rest and balance:" + state_of(world);
    }
    return std::nullopt;
}

}  // namespace

Verdict run_scenario(const ScenarioOptions& options) {
    World world(options.world);
    if (options.only_ownership) {
        world.checker.only_ownership();
    }
    for (auto& host : world.hosts) {
        host->faults().forgets_plan = options.forget_plan;
        host->faults().overruns = options.ignore_deadline;
        if (world.dice.chance(0.5)) {
            host->boot();
        } else {
            world.scheduler.after(world.dice.between(milliseconds{1}, seconds{3}),
                                  [&host] { host->boot(); });
        }
    }
    world.run_for(world.dice.between(seconds{1}, seconds{4}));
    Weather weather(world);
    const TrueTime end = world.scheduler.now() + options.faults_for;
    weather.blow(end);
    world.run_until(end);

    Verdict verdict;
    if (options.check_liveness && !world.halted()) {
        verdict.violation = check_peace(world);
    }
    if (world.checker.violation()) {
        verdict.violation = world.checker.violation();
    }
    verdict.void_run = world.assumption.broken();
    if (verdict.void_run && !world.checker.violation()) {
        verdict.violation.reset();
    }
    verdict.takeovers = world.checker.takeovers();
    verdict.openings = world.checker.openings();
    verdict.trace = world.trace.lines();
    return verdict;
}

}  // namespace cohort::sim
