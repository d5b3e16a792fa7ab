// SPDX-License-Identifier: GPL-2.0-or-later
//
// Many seeds of every part, on several cores (`make sim`).
#pragma once

#include "tests/sim/parts.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace cohort::sim {

class Campaign {
public:
    /// `seeds` in all, of which each part has its share; each part's seeds
    /// begin with `from`.
    Campaign(std::uint64_t seeds, std::uint64_t from);

    /// Runs them on so many threads, and prints how far it is now and then, the
    /// totals, and what happened in a seed that broke something. True if none did.
    bool run(unsigned threads);

private:
    struct Failure {
        Part part;
        std::uint64_t seed;
    };

    void work();
    void print_progress(unsigned threads);

    std::uint64_t from_;
    std::vector<std::uint64_t> ends_;  ///< by part: where its seeds end in the row of all
    std::atomic<std::uint64_t> next_{0};
    std::atomic<unsigned> ended_{0};  ///< threads
    std::mutex mutex_;                ///< over what follows
    std::vector<Totals> totals_;      ///< by part
    std::optional<Failure> failure_;
};

}  // namespace cohort::sim
