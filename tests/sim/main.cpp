// SPDX-License-Identifier: GPL-2.0-or-later
//
// Runs many seeds, or replays one with its trace.
//   cohort-sim [--nodes N] [--mode MODE] [--from SEED] [--seeds COUNT]
//   cohort-sim … --seed SEED      one seed, and what happened in it
//   cohort-sim … --mutation NAME  with a rule weakened (only in cohort-sim-mutable)
#include "tests/sim/mutations.hpp"
#include "tests/sim/scenario.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

using namespace cohort;

namespace {

// In the order of core::QuorumMode.
const std::vector<std::string> kModes{"links", "witness", "preferred", "fence", "majority"};

int replay(sim::ScenarioOptions options, std::size_t lines) {
    options.world.trace = true;
    const sim::Verdict verdict = sim::run_scenario(options);
    const std::size_t skip = verdict.trace.size() > lines ? verdict.trace.size() - lines : 0;
    for (std::size_t i = skip; i < verdict.trace.size(); ++i) {
        fmt::print("{}\n", verdict.trace[i]);
    }
    fmt::print("seed {}: {}\n", options.world.seed,
               verdict.violation  ? *verdict.violation
               : verdict.void_run ? "void, the network broke the assumption of mode links"
                                  : "all invariants hold");
    return verdict.violation ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    sim::ScenarioOptions options;
    std::string mode = "links";
    std::string mutation = "none";
    std::uint64_t from = 1;
    std::uint64_t count = 1000;
    std::uint64_t one = 0;
    std::size_t lines = 2000;
    CLI::App app{"simulate clusters under faults, and check the protocol's invariants"};
    app.add_option("--nodes", options.world.nodes, "nodes")->check(CLI::Range(2, 32));
    app.add_option("--mode", mode, "quorum mode")->check(CLI::IsMember(kModes));
    app.add_option("--from", from, "first seed");
    app.add_option("--seeds", count, "number of seeds");
    app.add_option("--seed", one, "replay this one with its trace");
    app.add_option("--lines", lines, "lines of the trace, from its end");
    app.add_option("--mutation", mutation, "weaken a rule");
    app.add_flag("--only-ownership", options.only_ownership,
                 "look at who serves only (I1, I4, I8), and not at liveness");
    CLI11_PARSE(app, argc, argv);
    options.world.mode =
        static_cast<core::QuorumMode>(std::ranges::find(kModes, mode) - kModes.begin());
    options.check_liveness = !options.only_ownership;
    if (!sim::weaken(mutation, options)) {
        fmt::print(stderr, "--mutation {}: not known here; want one of: {}\n", mutation,
                   sim::weakenings());
        return 2;
    }
    if (one != 0) {
        options.world.seed = one;
        return replay(options, lines);
    }
    std::uint64_t void_runs = 0;
    std::uint64_t takeovers = 0;
    std::uint64_t openings = 0;
    for (std::uint64_t seed = from; seed < from + count; ++seed) {
        options.world.seed = seed;
        const sim::Verdict verdict = sim::run_scenario(options);
        void_runs += verdict.void_run ? 1 : 0;
        takeovers += verdict.takeovers;
        openings += verdict.openings;
        if (verdict.violation) {
            return replay(options, lines);
        }
    }
    fmt::print("{} seeds hold; {} void, {} openings, {} virtual takeovers\n", count, void_runs,
               openings, takeovers);
    return 0;
}
