// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/mutations.hpp"

#include "ctl/cohortd/core/mutate.hpp"

#include <array>

namespace cohort::sim {

namespace {

#ifdef COHORT_MUTABLE

using core::Mutation;

struct Named {
    std::string_view name;
    Mutation mutation;
};

constexpr std::array kNamed{
    Named{"quorum_of_one", Mutation::quorum_of_one},
    Named{"quorum_of_visible", Mutation::quorum_of_visible},
    Named{"epoch_id_reused", Mutation::epoch_id_reused},
    Named{"ack_before_release", Mutation::ack_before_release},
    Named{"ack_below_epoch", Mutation::ack_below_epoch},
    Named{"announce_before_durable", Mutation::announce_before_durable},
    Named{"hold_acks_at_start", Mutation::hold_acks_at_start},
    Named{"forget_longest_promise", Mutation::forget_longest_promise},
    Named{"lease_from_ack_receipt", Mutation::lease_from_ack_receipt},
    Named{"acks_survive_accept", Mutation::acks_survive_accept},
    Named{"release_before_kernel", Mutation::release_before_kernel},
    Named{"release_of_higher_epoch", Mutation::release_of_higher_epoch},
    Named{"clear_of_other_epoch", Mutation::clear_of_other_epoch},
    Named{"clear_at_start", Mutation::clear_at_start},
    Named{"one_voter_clears", Mutation::one_voter_clears},
    Named{"barrier_of_last_owners", Mutation::barrier_of_last_owners},
    Named{"no_barrier", Mutation::no_barrier},
    Named{"no_second_round", Mutation::no_second_round},
    Named{"barrier_survives_accept", Mutation::barrier_survives_accept},
    Named{"keep_after_lapse", Mutation::keep_after_lapse},
    Named{"hold_after_reboot", Mutation::hold_after_reboot},
    Named{"promise_too_short", Mutation::promise_too_short},
    Named{"take_too_early", Mutation::take_too_early},
    Named{"take_without_fresh", Mutation::take_without_fresh},
    Named{"long_too_short", Mutation::long_too_short},
    Named{"keep_too_early", Mutation::keep_too_early},
    Named{"fresh_too_long", Mutation::fresh_too_long},
    Named{"keep_opens", Mutation::keep_opens},
    Named{"keep_seconds", Mutation::keep_seconds},
    Named{"keep_revives", Mutation::keep_revives},
    Named{"stall_is_silence", Mutation::stall_is_silence},
    Named{"frame_is_not_sound", Mutation::frame_is_not_sound},
    Named{"grant_from_now", Mutation::grant_from_now},
    Named{"fence_before_accept", Mutation::fence_before_accept},
    Named{"fence_of_earlier_epoch", Mutation::fence_of_earlier_epoch},
};
static_assert(kNamed.size() + 1 == static_cast<std::size_t>(Mutation::count));

bool weaken_core(std::string_view name) {
    core::active_mutation = Mutation::none;
    for (const Named& named : kNamed) {
        if (named.name == name) {
            core::active_mutation = named.mutation;
            return true;
        }
    }
    return false;
}

std::string core_names() {
    std::string out;
    for (const Named& named : kNamed) {
        out += " ";
        out += named.name;
    }
    return out;
}

#else

bool weaken_core(std::string_view) {
    return false;
}
std::string core_names() {
    return {};
}

#endif

}  // namespace

bool weaken(std::string_view name, ScenarioOptions& options) {
    options.ignore_deadline = name == "ignore_deadline";
    options.agent_lies = name == "agent_lies";
    options.rare_frames = name == "rare_frames";
    const bool world_only = options.ignore_deadline || name == "forget_plan" ||
                            options.agent_lies || options.rare_frames || name == "none";
    // What the core does in the place of a rule, the world must give it a reason for.
    options.forget_plan = name == "forget_plan" || name == "hold_acks_at_start";
    options.keep_states = name == "hold_after_reboot";
    return weaken_core(name) || world_only;
}

std::string weakenings() {
    return "none ignore_deadline forget_plan agent_lies rare_frames" + core_names();
}

}  // namespace cohort::sim
