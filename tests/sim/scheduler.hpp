// SPDX-License-Identifier: GPL-2.0-or-later
//
// Virtual time: things happen in the order of their times, and in the order in
// which they were asked for if those are equal.
#pragma once

#include "tests/sim/clock.hpp"

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace cohort::sim {

class Scheduler {
public:
    TrueTime now() const { return now_; }

    void at(TrueTime when, std::function<void()> what) {
        queue_.push({std::max(when, now_), next_++, std::move(what)});
    }
    void after(std::chrono::nanoseconds delay, std::function<void()> what) {
        at(now_ + delay, std::move(what));
    }

    /// Runs what is due up to `until`, or until `halt()` says so.
    template <class Halt>
    void run_until(TrueTime until, Halt halt) {
        while (!queue_.empty() && queue_.top().when <= until && !halt()) {
            Entry entry = std::move(const_cast<Entry&>(queue_.top()));
            queue_.pop();
            now_ = entry.when;
            entry.what();
        }
        now_ = std::max(now_, until);
    }

private:
    struct Entry {
        TrueTime when;
        std::uint64_t order;
        std::function<void()> what;
        bool operator<(const Entry& other) const {
            return when != other.when ? when > other.when : order > other.order;
        }
    };

    TrueTime now_{};
    std::uint64_t next_ = 0;
    std::priority_queue<Entry> queue_;
};

}  // namespace cohort::sim
