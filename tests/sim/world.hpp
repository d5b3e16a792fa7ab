// SPDX-License-Identifier: GPL-2.0-or-later
//
// One simulated cluster: hosts, links, the checker, and one seed.
#pragma once

#include "ctl/cohortd/core/timers.hpp"
#include "tests/sim/checker.hpp"
#include "tests/sim/host.hpp"
#include "tests/sim/network.hpp"
#include "tests/sim/recorder.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cohort::sim {

struct WorldOptions {
    std::size_t nodes = 2;
    core::QuorumMode mode = core::QuorumMode::links;
    std::size_t buckets = 6;
    std::vector<std::uint8_t> weights = {};  ///< by host; empty: all the same
    core::Timers timers =
        core::make_timers(std::chrono::milliseconds{100}, std::chrono::seconds{1});
    Duration fence_delay{};     ///< of node 1, mode fence
    bool partial_mesh = false;  ///< not every link joins every pair of nodes
    std::uint64_t seed = 1;
    bool trace = false;
    bool keep_assumption = true;   ///< mode links: the network respects its assumption
    std::string record = {};       ///< directory for what daemons would trace; empty: none
    bool past_violations = false;  ///< the run goes on after an invariant broke
};

class World {
public:
    explicit World(const WorldOptions& options);

    /// Runs until then, or until an invariant breaks or the assumption does.
    void run_until(TrueTime until);
    void run_for(Duration length) { run_until(scheduler.now() + length); }

    bool halted() const { return (checker.violation() && !past_violations) || assumption.broken(); }

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

    /// No new trouble from here on; what is cut, off or dead stays so.
    void calm();
    /// Everything works from now on: links, power, daemons, health.
    void heal();

    Host& host(std::size_t index) { return *hosts[index]; }

    Scheduler scheduler;
    Dice dice;
    Trace trace;
    Assumption assumption;
    Checker::Hosts hosts;
    Checker checker;
    std::optional<Recorder> recorder;
    Network network;
    PowerSwitch power;
    const bool past_violations;
};

}  // namespace cohort::sim
