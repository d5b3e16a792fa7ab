// SPDX-License-Identifier: GPL-2.0-or-later
//
// For how long each bucket was served by nobody, looked at every millisecond.
#pragma once

#include "tests/sim/world.hpp"

#include <algorithm>
#include <vector>

namespace cohort::sim {

class Blackout {
public:
    explicit Blackout(World& world) : world_(world), buckets_(world.host(0).config().buckets) {}

    /// Runs the world and watches it.
    void run_for(Duration length) {
        const TrueTime end = world_.scheduler.now() + length;
        while (world_.scheduler.now() < end && !world_.halted()) {
            world_.run_for(std::chrono::milliseconds{1});
            for (std::size_t b = 0; b < buckets_.size(); ++b) {
                buckets_[b].look(!world_.checker.servers(b, core::Rights::fresh).empty());
            }
        }
    }

    /// The longest time without a server, in whole milliseconds.
    Duration longest(std::size_t bucket) const {
        return std::chrono::milliseconds{buckets_[bucket].longest};
    }
    Duration longest() const {
        Duration worst{};
        for (std::size_t b = 0; b < buckets_.size(); ++b) {
            worst = std::max(worst, longest(b));
        }
        return worst;
    }

private:
    struct Bucket {
        int dark = 0;
        int longest = 0;
        void look(bool served) {
            dark = served ? 0 : dark + 1;
            longest = std::max(longest, dark);
        }
    };

    World& world_;
    std::vector<Bucket> buckets_;
};

}  // namespace cohort::sim
