// SPDX-License-Identifier: GPL-2.0-or-later
//
// Random faults, one after the other. Which kinds, and how dense, differs from
// seed to seed, so that some runs dwell on rare combinations.
#pragma once

#include "tests/sim/world.hpp"

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace cohort::sim {

/// What began may end up to so long after the weather: a stall, a boot, a late
/// frame; a leave takes three promises.
inline constexpr Duration kAftermath = std::chrono::seconds{5};

/// Outlives the run: what it began goes on after `end`, for kAftermath at most.
class Weather {
public:
    explicit Weather(World& world);

    /// One fault, and after a while the next, until `end`.
    void blow(TrueTime end);

private:
    enum Kind : std::size_t {
        cut_one,
        cut_way,
        mend,
        degrade,
        stall,
        kill,
        restart,
        power,
        health,
        leave,
        links,
        slow,
        split,
        flap,
        rift,
        half,
        disk,
        kinds
    };

    Kind draw();
    void one();

    // ---- one kind each
    void degrade_link();
    void stall_for_a_while(Host& host);
    void kill_for_a_while(Host& host);
    void power_off_for_a_while(Host& host);
    void slow_disk(Host& host, Duration least, Duration length);
    void trouble_hosts();
    void split_nodes();
    void flap_until(TrueTime end);
    void rift_between_two();
    void hit_half();

    Host& any() { return world_.host(any_index()); }
    std::size_t any_index() { return dice_.below(world_.hosts.size()); }
    void later(Duration least, Duration most, std::function<void()> what);
    void say(const std::string& text);

    World& world_;
    Dice& dice_;
    Duration density_{};
    std::array<double, kinds> weights_{};
};

}  // namespace cohort::sim
