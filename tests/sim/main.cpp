// SPDX-License-Identifier: GPL-2.0-or-later
//
// Runs many seeds, or replays one with its trace.
//   cohort-sim --all [--seeds COUNT]  all lives, modes and sizes, on all cores
//   cohort-sim [--life LIFE] [--mode MODE] [--nodes N] [--from SEED] [--seeds COUNT]
//   cohort-sim … --seed SEED      one seed, and what happened in it
//   cohort-sim … --mutation NAME  with a rule weakened (only in cohort-sim-mutable)
#include "tests/sim/campaign.hpp"
#include "tests/sim/mutations.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <thread>

using namespace cohort;

namespace {

int tell(const sim::ScenarioOptions& options, std::size_t lines) {
    const sim::Verdict verdict = sim::replay(options, lines);
    fmt::print("seed {}: {}\n", options.world.seed,
               verdict.violation  ? *verdict.violation
               : verdict.void_run ? "void, the network broke the assumption of mode links"
                                  : "all invariants hold");
    return verdict.violation ? 1 : 0;
}

/// What makes sense of this mode at this size; 0 nodes: the smallest.
bool settle_nodes(sim::Life life, std::string_view mode, std::size_t& nodes) {
    const bool two = mode == "links" || mode == "fence" || mode == "preferred";
    const bool churn = life == sim::Life::churn;
    if (nodes == 0) {
        nodes = two ? 2 : churn ? 5 : 3;
    }
    if (churn && (mode != "majority" || nodes < 4)) {
        fmt::print(stderr,
                   "--life churn: nodes come and go in mode majority, of 4 hosts or more\n");
        return false;
    }
    if (two ? nodes == 2 : nodes >= 3 || mode == "majority") {
        return true;
    }
    fmt::print(stderr, "--nodes {}: mode {} has {}\n", nodes, mode,
               two ? "2 nodes" : "3 or more, the witness included");
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    sim::ScenarioOptions options;
    std::string life = "faults";
    std::string mode = "links";
    std::string mutation = "none";
    std::size_t nodes = 0;
    std::uint64_t from = 1;
    std::uint64_t count = 1000;
    std::uint64_t one = 0;
    std::size_t lines = 2000;
    bool all = false;
    unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    CLI::App app{"simulate clusters under faults, and check the protocol's invariants"};
    app.add_option("--jobs", jobs, "threads of --all")->check(CLI::Range(1, 1024));
    app.add_option("--life", life, "what there is besides faults")
        ->check(CLI::IsMember(sim::life_names()));
    app.add_option("--mode", mode, "quorum mode")->check(CLI::IsMember(sim::mode_names()));
    app.add_option("--nodes", nodes, "nodes, a witness included")->check(CLI::Range(2, 32));
    app.add_option("--from", from, "first seed");
    app.add_option("--seeds", count, "number of seeds");
    app.add_option("--seed", one, "replay this one with its trace");
    app.add_option("--lines", lines, "lines of the trace, from its end");
    app.add_option("--mutation", mutation, "weaken a rule");
    app.add_flag("--only-ownership", options.only_ownership,
                 "look at who serves only (I1, I4, I5, I8), and not at liveness");
    app.add_flag("--all", all, "every life, mode and size; --seeds counts them all")
        ->excludes("--life", "--mode", "--nodes", "--seed", "--mutation", "--only-ownership");
    CLI11_PARSE(app, argc, argv);
    if (all) {
        return sim::Campaign(count, from).run(jobs) ? 0 : 1;
    }
    options.life = sim::life_of(life);
    if (!settle_nodes(options.life, mode, nodes)) {
        return 2;
    }
    options.world.mode = sim::mode_of(mode);
    options.world.nodes = nodes;
    options.check_liveness = !options.only_ownership;
    if (!sim::weaken(mutation, options)) {
        fmt::print(stderr, "--mutation {}: not known here; want one of: {}\n", mutation,
                   sim::weakenings());
        return 2;
    }
    if (one != 0) {
        options.world.seed = one;
        return tell(options, lines);
    }
    sim::Totals totals;
    for (std::uint64_t seed = from; seed < from + count; ++seed) {
        options.world.seed = seed;
        const sim::Verdict verdict = sim::run_scenario(options);
        totals.add(verdict);
        if (verdict.violation) {
            return tell(options, lines);
        }
    }
    fmt::print("{} seeds hold: {}\n", totals.seeds, totals.text());
    return 0;
}
