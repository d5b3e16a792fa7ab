// SPDX-License-Identifier: GPL-2.0-or-later
//
// Traces of simulated runs: nothing is found in those of the core as it is, and
// each rule that is weakened is found within some hundred runs.
#include "ctl/cohortd/core/mutate.hpp"
#include "tests/sim/mutations.hpp"
#include "tests/trace/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace cohort::trace {
namespace {

using core::QuorumMode;

constexpr auto kLinks = QuorumMode::links;
constexpr auto kMajority = QuorumMode::majority;

/// The simulated clocks run up to a thousandth fast or slow, from the moment at
/// which their offset is known.
constexpr core::Duration kDoubt = std::chrono::milliseconds{25};

class Recorded : public ::testing::Test {
protected:
    Recorded() {
        std::string pattern = testing::TempDir() + "cohort-traces-XXXXXX";
        directory_ = ::mkdtemp(pattern.data());
        options_.check_liveness = false;
        options_.world.past_violations = true;
        options_.world.record = directory_;
    }
    ~Recorded() override {
        core::active_mutation = core::Mutation::none;
        std::filesystem::remove_all(directory_);
    }

    void choose(QuorumMode mode) { choose(mode, mode == kLinks ? 2 : 3); }
    void choose(QuorumMode mode, std::size_t nodes) {
        options_.world.mode = mode;
        options_.world.nodes = nodes;
    }

    /// The traces of one run; none if it proves nothing.
    std::vector<SourceSpec> record(std::uint64_t seed) {
        std::filesystem::remove_all(directory_);
        std::filesystem::create_directory(directory_);
        options_.world.seed = seed;
        const sim::Verdict verdict = sim::run_scenario(options_);
        std::vector<SourceSpec> specs;
        for (const sim::Recording& recording : verdict.recordings) {
            if (!verdict.void_run) {
                specs.push_back({recording.path, recording.offset, kDoubt});
            }
        }
        return specs;
    }

    /// The violation that is found in what one run traced; "" for none.
    std::string check(std::uint64_t seed) {
        const auto specs = record(seed);
        return specs.empty() ? "" : check(specs);
    }
    std::string check(const std::vector<SourceSpec>& specs) {
        auto run = Run::open(specs);
        if (!run) {
            return "unusable: " + run.error().message;
        }
        if (auto checked = (*run)->check(); !checked) {
            return "unusable: " + checked.error().message;
        }
        totals_ = (*run)->totals();
        std::string found = (*run)->violation().value_or("");
        for (const std::string& line : (*run)->story()) {
            found += "\n" + line;
        }
        return found;
    }

    std::string directory_;
    std::string totals_;
    sim::ScenarioOptions options_;
};

TEST_F(Recorded, NothingIsFoundInTheTracesOfTwoNodes) {
    choose(kLinks);
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        ASSERT_EQ(check(seed), "") << "seed " << seed;
    }
}

TEST_F(Recorded, NothingIsFoundInTheTracesOfThreeNodes) {
    choose(kMajority);
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        ASSERT_EQ(check(seed), "") << "seed " << seed;
    }
}

TEST_F(Recorded, NothingIsFoundInTheTracesOfSixteenNodes) {
    choose(kMajority, 16);
    ASSERT_EQ(check(1), "");
}

/// Whatever of the 32 buckets the kernel was given, it was all of them.
void give_all_buckets(const std::string& path) {
    std::ifstream file(path);
    std::string out;
    for (std::string line; std::getline(file, line); out += line + "\n") {
        if (line.find("\"kernel_set\"") != std::string::npos &&
            line.find("\"new\":\"\"") == std::string::npos) {
            line.replace(line.find("\"new\""), std::string::npos, R"("new":"0-31","old":"0-31"})");
        }
    }
    std::ofstream(path) << out;
}

TEST_F(Recorded, OneOfSixteenNodesThatHoldsAllBucketsIsFound) {
    choose(kMajority, 16);
    // Of some runs nothing is certain: the node never serves, or its clock is in doubt.
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto specs = record(seed);
        ASSERT_GT(specs.size(), seed);
        give_all_buckets(specs[seed].path);
        const std::string violation = check(specs);
        found += violation.starts_with("I1: ") || violation.starts_with("I6: ") ? 1 : 0;
    }
    EXPECT_GE(found, 3);
}

/// About four times what it takes for the rarest now.
constexpr std::uint64_t kRuns = 300;

struct Case {
    const char* mutation;
    const char* rule;
    QuorumMode mode;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.rule;
}

/// Those whose effect a trace can show. What a kernel does at its deadline (A2)
/// is not in it, and what is over sooner than the clocks' doubt is not found.
const Case kCases[] = {
    {"ack_below_epoch", "R5", kLinks},
    {"announce_before_durable", "R5", kLinks},
    {"lease_from_ack_receipt", "R7", kLinks},
    {"acks_survive_accept", "R7", kLinks},
    {"release_before_kernel", "R8", kLinks},
    {"keep_after_lapse", "R11", kLinks},
    {"take_too_early", "T5", kLinks},
    {"long_too_short", "T6", kLinks},
    {"stall_is_silence", "R24", kLinks},
    {"frame_is_not_sound", "R24", kLinks},
    {"grant_from_now", "R24", kLinks},
    {"keep_opens", "R25", kLinks},
    {"take_without_fresh", "R26", kLinks},
    {"forget_plan", "A3", kMajority},
    {"ack_below_epoch", "R5", kMajority},
    {"forget_longest_promise", "R5", kMajority},
    {"lease_from_ack_receipt", "R7", kMajority},
    {"release_before_kernel", "R8", kMajority},
    {"one_voter_clears", "R10", kMajority},
    {"no_barrier", "R10", kMajority},
    {"barrier_survives_accept", "R10", kMajority},
    {"keep_after_lapse", "R11", kMajority},
    {"clear_at_start", "R13", kMajority},
};

class Weakened : public Recorded, public ::testing::WithParamInterface<Case> {};

TEST_P(Weakened, IsFoundInItsTraces) {
    const Case& c = GetParam();
    choose(c.mode);
    ASSERT_TRUE(sim::weaken(c.mutation, options_));
    for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
        const std::string found = check(seed);
        ASSERT_FALSE(found.starts_with("unusable")) << found;
        if (!found.empty()) {
            RecordProperty("seed", std::to_string(seed));
            RecordProperty("violation", found.substr(0, found.find('\n')));
            return;
        }
    }
    FAIL() << c.rule << " weakened by " << c.mutation << " goes unnoticed in " << kRuns << " runs";
}

INSTANTIATE_TEST_SUITE_P(Each, Weakened, ::testing::ValuesIn(kCases), [](const auto& param) {
    const Case& c = param.param;
    return std::string(c.rule) + "_" + c.mutation + (c.mode == kLinks ? "_links" : "_majority");
});

}  // namespace
}  // namespace cohort::trace
