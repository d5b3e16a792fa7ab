// SPDX-License-Identifier: GPL-2.0-or-later
//
// One simulated cluster: hosts, links, the checker, and one seed.
#pragma once

#include "tests/sim/checker.hpp"
#include "tests/sim/host.hpp"
#include "tests/sim/network.hpp"

#include <cstdint>
#include <memory>

namespace cohort::sim {

struct WorldOptions {
    std::size_t nodes = 2;
    core::QuorumMode mode = core::QuorumMode::links;
    std::size_t buckets = 6;
    std::uint64_t seed = 1;
    bool trace = false;
    bool keep_assumption = true;  ///< mode links: the network respects its assumption
};

class World {
public:
    explicit World(const WorldOptions& options);

    /// Runs until then, or until an invariant breaks or the assumption does.
    void run_until(TrueTime until);
    void run_for(Duration length) { run_until(scheduler.now() + length); }

    bool halted() const { return checker.violation() || assumption.broken(); }

    /// Runs until `condition` holds, looked at every few milliseconds; false if
    /// it did not within `limit`.
    template <class Condition>
    bool run_while_not(Condition condition, Duration limit) {
        const TrueTime end = scheduler.now() + limit;
        while (!condition() && scheduler.now() < end && !halted()) {
            run_for(std::chrono::milliseconds{2});
        }
        return condition();
    }

    /// Nodes that take buckets: all but a witness, which is the last.
    std::size_t contenders() const;

    /// Everything works from now on: links, power, daemons, health.
    void heal();

    Host& host(std::size_t index) { return *hosts[index]; }

    Scheduler scheduler;
    Dice dice;
    Trace trace;
    Assumption assumption;
    Checker::Hosts hosts;
    Checker checker;
    Network network;
    PowerSwitch power;
};

}  // namespace cohort::sim
