// SPDX-License-Identifier: GPL-2.0-or-later
//
// Each rule weakened in turn: the checker must object within a stated number of
// seeds. A mutation that goes unnoticed means that the simulator is too weak. Those that are
// rarer than that are in mutation_directed_test.cpp.
#include "ctl/cohortd/core/mutate.hpp"
#include "tests/sim/mutations.hpp"
#include "tests/sim/parts.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cohort::sim {
namespace {

using core::QuorumMode;

/// What must be looked at to see it.
enum class Look {
    ownership,  ///< who serves, alone (I1, I4, I8): what clients would notice
    all,        ///< also what is said, stored and set (I3, I6, I7)
};

struct Case {
    const char* mutation;
    const char* rule;
    QuorumMode mode;
    std::uint64_t seeds;  ///< found within so many, about four times what it takes now
    Look look = Look::ownership;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.rule;
}

constexpr auto kLinks = QuorumMode::links;
constexpr auto kMajority = QuorumMode::majority;
constexpr auto kWitness = QuorumMode::witness;
constexpr auto kPreferred = QuorumMode::preferred;
constexpr auto kFence = QuorumMode::fence;

const Case kCases[] = {
    {"ignore_deadline", "A2", kLinks, 20},
    {"epoch_id_reused", "R2", kLinks, 60},
    {"ack_below_epoch", "R5", kLinks, 80},
    {"announce_before_durable", "R5", kLinks, 10, Look::all},
    {"ack_before_release", "R6", kLinks, 10000},
    {"lease_from_ack_receipt", "R7", kLinks, 60},
    {"acks_survive_accept", "R7", kLinks, 400, Look::all},
    {"release_before_kernel", "R8", kLinks, 150},
    {"keep_after_lapse", "R11", kLinks, 100, Look::all},
    {"take_too_early", "T5", kLinks, 20},
    {"long_too_short", "T6", kLinks, 150},
    {"keep_too_early", "T7", kLinks, 600},
    {"fresh_too_long", "T7", kLinks, 4000},
    {"rare_frames", "T7", kLinks, 150},
    {"stall_is_silence", "R24", kLinks, 300},
    {"frame_is_not_sound", "R24", kLinks, 10},
    {"grant_from_now", "R24", kLinks, 100, Look::all},
    {"keep_opens", "R25", kLinks, 20},
    {"keep_revives", "R25", kLinks, 900},
    {"take_without_fresh", "R26", kLinks, 150},

    {"ignore_deadline", "A2", kMajority, 20},
    {"quorum_of_one", "R1", kMajority, 10},
    {"quorum_of_visible", "R1", kMajority, 10},
    {"forget_plan", "A3", kMajority, 600},
    {"hold_acks_at_start", "R15", kMajority, 150},
    {"epoch_id_reused", "R2", kMajority, 100},
    {"ack_below_epoch", "R5", kMajority, 100},
    {"forget_longest_promise", "R5", kMajority, 200},
    {"lease_from_ack_receipt", "R7", kMajority, 150},
    {"release_before_kernel", "R8", kMajority, 100},
    {"release_of_higher_epoch", "R8", kMajority, 2000},
    {"clear_of_other_epoch", "R9", kMajority, 80},
    {"one_voter_clears", "R10", kMajority, 20},
    {"no_barrier", "R10", kMajority, 10},
    {"barrier_of_last_owners", "R10", kMajority, 80},
    {"no_second_round", "R10", kMajority, 4000},
    {"barrier_survives_accept", "R10", kMajority, 10},
    {"keep_after_lapse", "R11", kMajority, 40, Look::all},
    {"clear_at_start", "R13", kMajority, 1000},
    {"promise_too_short", "T1", kMajority, 10},

    {"quorum_of_one", "R1", kWitness, 10},
    {"quorum_of_visible", "R1", kWitness, 20},
    {"forget_plan", "A3", kWitness, 200},
    {"hold_acks_at_start", "R15", kWitness, 700},
    {"lease_from_ack_receipt", "R7", kWitness, 120},
    {"clear_of_other_epoch", "R9", kWitness, 40},
    {"one_voter_clears", "R10", kWitness, 40},
    {"no_barrier", "R10", kWitness, 10},
    {"barrier_of_last_owners", "R10", kWitness, 120},
    {"clear_at_start", "R13", kWitness, 1700},

    {"quorum_of_visible", "R1", kPreferred, 10},
    {"forget_plan", "A3", kPreferred, 400},
    {"lease_from_ack_receipt", "R7", kPreferred, 120},
    {"one_voter_clears", "R10", kPreferred, 1400},
    {"no_barrier", "R10", kPreferred, 30},
    {"clear_at_start", "R13", kPreferred, 1700},

    {"epoch_id_reused", "R2", kFence, 40},
    {"release_before_kernel", "R8", kFence, 150},
    {"acks_survive_accept", "R7", kFence, 200, Look::all},
    {"agent_lies", "R23", kFence, 300},
    {"fence_before_accept", "R23", kFence, 8000},
    {"fence_of_earlier_epoch", "R23", kFence, 10000},
    {"keep_opens", "R27", kFence, 10},
    {"keep_seconds", "R27", kFence, 9500},
    {"hold_after_reboot", "R13", kFence, 10},
};

class Mutation : public ::testing::TestWithParam<Case> {
protected:
    void TearDown() override { core::active_mutation = core::Mutation::none; }
};

TEST_P(Mutation, IsFound) {
    const Case& c = GetParam();
    ScenarioOptions options;
    options.check_liveness = false;
    options.only_ownership = c.look == Look::ownership;
    options.world.mode = c.mode;
    options.world.nodes = c.mode == kMajority || c.mode == kWitness ? 3 : 2;
    ASSERT_TRUE(weaken(c.mutation, options));
    for (std::uint64_t seed = 1; seed <= c.seeds; ++seed) {
        options.world.seed = seed;
        const Verdict verdict = run_scenario(options);
        if (verdict.violation) {
            RecordProperty("seed", std::to_string(seed));
            RecordProperty("violation", *verdict.violation);
            return;
        }
    }
    FAIL() << c.rule << " weakened by " << c.mutation << " goes unnoticed in " << c.seeds
           << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Each, Mutation, ::testing::ValuesIn(kCases), [](const auto& param) {
    const Case& c = param.param;
    return std::string(c.rule) + "_" + c.mutation + "_" +
           mode_names()[static_cast<std::size_t>(c.mode)];
});

TEST(Unmutated, TheMutableCoreHolds) {
    ScenarioOptions options;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        options.world.seed = seed;
        const Verdict verdict = run_scenario(options);
        ASSERT_EQ(verdict.violation.value_or("none"), "none") << "seed " << seed;
    }
}

}  // namespace
}  // namespace cohort::sim
