// SPDX-License-Identifier: GPL-2.0-or-later
//
// Checks what daemons traced (cohortd --trace) against the protocol's invariants.
#include "tests/trace/run.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>

using namespace cohort;

namespace {

constexpr int kViolated = 1;
constexpr int kUnusable = 2;

int unusable(const Error& error) {
    fmt::print(stderr, "cohort-trace-check: {}\n", error.message);
    return kUnusable;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> files;
    CLI::App app{
        "checks the traces of all nodes of a cluster (cohortd --trace) against the invariants of\n"
        "the ownership protocol. Exit status: 0 they hold, 1 one is violated, 2 unusable input"};
    app.add_option("file", files,
                   "FILE[@[-]OFFSET[~DOUBT]]: a node's trace. OFFSET added to its times gives\n"
                   "times that all files share, wrong by no more than DOUBT: for nodes that do\n"
                   "not share a CLOCK_BOOTTIME. A node that was booted anew needs a file a boot")
        ->required();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUnusable;
    }
    std::vector<trace::SourceSpec> specs;
    for (const std::string& file : files) {
        const auto spec = trace::SourceSpec::parse(file);
        if (!spec) {
            return unusable({spec.error().kind, fmt::format("{}: {}", file, spec.error().message)});
        }
        specs.push_back(*spec);
    }
    const auto run = trace::Run::open(specs);
    if (!run) {
        return unusable(run.error());
    }
    if (const auto checked = (*run)->check(); !checked) {
        return unusable(checked.error());
    }
    if ((*run)->violation()) {
        fmt::print("{}\n", *(*run)->violation());
        for (const std::string& line : (*run)->story()) {
            fmt::print("  {}\n", line);
        }
        fmt::print("up to there: {}\n", (*run)->totals());
        return kViolated;
    }
    fmt::print("the invariants hold: {}\n", (*run)->totals());
    return 0;
}
