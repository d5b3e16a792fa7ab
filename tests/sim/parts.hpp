// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is simulated: which modes at which sizes, and how much of each.
#pragma once

#include "tests/sim/scenario.hpp"

#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::sim {

struct Part {
    std::string_view mode;
    std::size_t nodes;
    std::uint64_t everyday;      ///< seeds of the everyday test
    std::uint64_t per_thousand;  ///< of the seeds of `make sim`

    Life life = Life::faults;

    /// As a test's name has it.
    std::string name() const;
    friend std::ostream& operator<<(std::ostream& out, const Part& part) {
        return out << part.name();
    }
};

/// All of them; what takes longest comes first.
std::span<const Part> parts();

/// The names of the modes, in the order of core::QuorumMode.
const std::vector<std::string>& mode_names();
core::QuorumMode mode_of(std::string_view name);
/// Those of the lives, in the order of Life.
const std::vector<std::string>& life_names();
Life life_of(std::string_view name);
ScenarioOptions scenario_of(const Part& part, std::uint64_t seed);

/// What replays this seed, with its trace.
std::string replay_command(const Part& part, std::uint64_t seed);

/// What was seen in some lives.
struct Totals {
    std::uint64_t seeds = 0;
    std::uint64_t void_runs = 0;
    std::uint64_t takeovers = 0;
    std::uint64_t openings = 0;
    std::uint64_t duels = 0;
    std::uint64_t changes = 0;
    std::uint64_t pauses = 0;

    void add(const Verdict& verdict);
    void add(const Totals& other);
    std::string text() const;
};

/// Runs the seed once more, and prints the last `lines` of what happened.
Verdict replay(ScenarioOptions options, std::size_t lines);

}  // namespace cohort::sim
