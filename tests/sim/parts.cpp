// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace cohort::sim {

namespace {

// In mode witness the last node is the witness.
constexpr std::array kParts{
    Part{"majority", 16, 4, 5},
    Part{"majority", 7, 30, 20},
    Part{"majority", 5, 300, 40, Life::churn},
    Part{"majority", 5, 80, 40},
    Part{"witness", 5, 50, 20},
    Part{"majority", 4, 150, 60},
    Part{"majority", 3, 500, 130},
    Part{"majority", 3, 100, 30, Life::clocks},
    Part{"witness", 3, 400, 105},
    Part{"witness", 3, 60, 15, Life::clocks},
    Part{"links", 2, 2500, 285},
    Part{"links", 2, 300, 40, Life::clocks},
    Part{"fence", 2, 800, 130},
    Part{"fence", 2, 100, 15, Life::clocks},
    Part{"preferred", 2, 300, 65},
};

constexpr std::uint64_t thousandths() {
    std::uint64_t sum = 0;
    for (const Part& part : kParts) {
        sum += part.per_thousand;
    }
    return sum;
}
static_assert(thousandths() == 1000);

}  // namespace

std::span<const Part> parts() {
    return kParts;
}

const std::vector<std::string>& mode_names() {
    static const std::vector<std::string> names{"links", "witness", "preferred", "fence",
                                                "majority"};
    return names;
}

core::QuorumMode mode_of(std::string_view name) {
    const auto& names = mode_names();
    return static_cast<core::QuorumMode>(std::ranges::find(names, name) - names.begin());
}

const std::vector<std::string>& life_names() {
    static const std::vector<std::string> names{"faults", "churn", "clocks"};
    return names;
}

Life life_of(std::string_view name) {
    const auto& names = life_names();
    return static_cast<Life>(std::ranges::find(names, name) - names.begin());
}

std::string Part::name() const {
    const std::string plain = std::string(mode) + std::to_string(nodes);
    return life == Life::faults ? plain
                                : plain + "_" + life_names()[static_cast<std::size_t>(life)];
}

ScenarioOptions scenario_of(const Part& part, std::uint64_t seed) {
    ScenarioOptions options;
    options.world.mode = mode_of(part.mode);
    options.world.nodes = part.nodes;
    options.world.seed = seed;
    options.life = part.life;
    return options;
}

std::string replay_command(const Part& part, std::uint64_t seed) {
    return fmt::format("cohort-sim --life {} --mode {} --nodes {} --seed {}",
                       life_names()[static_cast<std::size_t>(part.life)], part.mode, part.nodes,
                       seed);
}

void Totals::add(const Verdict& verdict) {
    add(Totals{1, verdict.void_run ? 1U : 0U, verdict.takeovers, verdict.openings, verdict.duels,
               verdict.changes, verdict.pauses});
}

void Totals::add(const Totals& other) {
    seeds += other.seeds;
    void_runs += other.void_runs;
    takeovers += other.takeovers;
    openings += other.openings;
    duels += other.duels;
    changes += other.changes;
    pauses += other.pauses;
}

std::string Totals::text() const {
    std::string out = fmt::format("{} void, {} openings, {} virtual takeovers, {} duels", void_runs,
                                  openings, takeovers, duels);
    out += changes > 0 ? fmt::format(", {} changes of members", changes) : "";
    out += pauses > 0 ? fmt::format(", {} pauses", pauses) : "";
    return out;
}

Verdict replay(ScenarioOptions options, std::size_t lines) {
    options.world.trace = true;
    Verdict verdict = run_scenario(options);
    const std::size_t skip = verdict.trace.size() - std::min(verdict.trace.size(), lines);
    for (std::size_t i = skip; i < verdict.trace.size(); ++i) {
        fmt::print("{}\n", verdict.trace[i]);
    }
    std::fflush(stdout);
    return verdict;
}

}  // namespace cohort::sim
