// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

namespace cohort::sim {

namespace {

constexpr std::size_t kTraceLines = 200;
constexpr std::chrono::seconds kProgressEvery{10};

}  // namespace

Campaign::Campaign(std::uint64_t seeds, std::uint64_t from) : from_(from), totals_(parts().size()) {
    std::uint64_t end = 0;
    for (const Part& part : parts()) {
        end += std::max<std::uint64_t>(1, seeds * part.per_thousand / 1000);
        ends_.push_back(end);
    }
}

void Campaign::work() {
    for (std::uint64_t i = next_++; i < ends_.back(); i = next_++) {
        const auto which = static_cast<std::size_t>(
            std::upper_bound(ends_.begin(), ends_.end(), i) - ends_.begin());
        const Part& part = parts()[which];
        const std::uint64_t seed = from_ + i - (which == 0 ? 0 : ends_[which - 1]);
        const Verdict verdict = run_scenario(scenario_of(part, seed));
        const std::lock_guard lock(mutex_);
        totals_[which].add(verdict);
        if (verdict.violation && !failure_) {
            failure_ = {part, seed};
            next_ = ends_.back();
        }
    }
    ++ended_;
    ended_.notify_all();
}

void Campaign::print_progress(unsigned threads) {
    auto due = std::chrono::steady_clock::now() + kProgressEvery;
    while (ended_ < threads) {
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        if (std::chrono::steady_clock::now() < due) {
            continue;
        }
        due += kProgressEvery;
        const std::lock_guard lock(mutex_);
        Totals sum;
        for (const Totals& totals : totals_) {
            sum.add(totals);
        }
        fmt::print("{} of {} seeds: {}\n", sum.seeds, ends_.back(), sum.text());
        std::fflush(stdout);
    }
}

bool Campaign::run(unsigned threads) {
    {
        std::vector<std::jthread> workers;
        for (unsigned i = 0; i < threads; ++i) {
            workers.emplace_back([this] { work(); });
        }
        print_progress(threads);
    }
    Totals sum;
    for (std::size_t i = 0; i < totals_.size(); ++i) {
        const Part& part = parts()[i];
        fmt::print("{:9} {:2} nodes, {:6}: {:6} seeds, {}\n", part.mode, part.nodes,
                   life_names()[static_cast<std::size_t>(part.life)], totals_[i].seeds,
                   totals_[i].text());
        sum.add(totals_[i]);
    }
    if (failure_) {
        const auto& [part, seed] = *failure_;
        const Verdict verdict = replay(scenario_of(part, seed), kTraceLines);
        fmt::print("the whole story: {}\n", replay_command(part, seed));
        fmt::print("{} seeds, and {} nodes in mode {} with seed {} broke it: {}\n", sum.seeds,
                   part.nodes, part.mode, seed, verdict.violation.value_or("not when replayed"));
        return false;
    }
    fmt::print("{} seeds hold: {}\n", sum.seeds, sum.text());
    return true;
}

}  // namespace cohort::sim
