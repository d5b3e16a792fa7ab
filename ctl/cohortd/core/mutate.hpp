// SPDX-License-Identifier: GPL-2.0-or-later
//
// Rules weakened on purpose, so that the simulator can show that it would
// notice. The daemon is built without COHORT_MUTABLE: there mutated() is a
// constant, and the weakened branches are not even compiled into it.
#pragma once

#include <cstdint>

namespace cohort::core {

enum class Mutation : std::uint8_t {
    none,
    quorum_of_one,       ///< R1: one vote is a quorum
    quorum_of_visible,   ///< R1: more than half of the votes that are heard is
    epoch_id_reused,     ///< R2: one id for two plans of the same counter
    ack_before_release,  ///< R6: with virtual facts, acked before the kernel confirmed the accept
    ack_below_epoch,     ///< R5, R7: a heartbeat of a lower epoch is acked, and that ack counts
    announce_before_durable,  ///< R5: frames carry the epoch before it is on the disk
    hold_acks_at_start,       ///< R5, R15: to ack nothing for L_v stands for a durable epoch
    forget_longest_promise,   ///< R5: old[a] = cur[a] instead of the maximum
    lease_from_ack_receipt,   ///< R7: the lease runs from the ack's arrival
    acks_survive_accept,      ///< R7, R11: acks of the previous epoch count at the new one
    release_before_kernel,    ///< R8: RELEASED before the kernel confirmed
    release_of_higher_epoch,  ///< R8: RELEASED at a higher epoch counts
    clear_of_other_epoch,     ///< R9: CLEAR counts from voters at another epoch
    clear_at_start,           ///< R13: clear reported right after a restart
    one_voter_clears,         ///< R10: CLEAR of one voter is enough
    barrier_of_last_owners,   ///< R10: whoever had nothing at the last epoch is not waited for
    no_barrier,               ///< R10: acks at the epoch are enough
    no_second_round,          ///< R10: acks from before the barrier count
    barrier_survives_accept,  ///< R10: a barrier found at one epoch opens the next
    keep_after_lapse,         ///< R11: kept although the lease had lapsed
    hold_after_reboot,        ///< R13: what was held is held after a reboot
    promise_too_short,        ///< T1: L_v well below L_o
    take_too_early,           ///< T5: S_take well below L_v
    take_without_fresh,       ///< R26: S_take although the peer was not fresh
    long_too_short,           ///< T6: S_long well below L_v + W
    keep_too_early,           ///< T7: S_keep well below T_fresh + W
    fresh_too_long,           ///< T7: T_fresh as long as S_keep
    keep_opens,               ///< R25: a keep-grade counts in R10
    keep_seconds,             ///< R25, R27: a keep-grade is an ack for R10's second round
    keep_revives,             ///< R25: a keep-grade revives a lapsed lease
    stall_is_silence,         ///< R24: the own stall counts as the peer's silence
    frame_is_not_sound,       ///< R24: a frame of the peer does not end its silence
    grant_from_now,           ///< R24: a grant runs from now, not from before the input was read
    fence_before_accept,      ///< R23: the agent is started before the epoch is accepted
    fence_of_earlier_epoch,   ///< R23: what was confirmed for an earlier epoch counts
    count,
};

#ifdef COHORT_MUTABLE
/// The one rule that is weakened now.
inline Mutation active_mutation = Mutation::none;
inline bool mutated(Mutation mutation) {
    return active_mutation == mutation;
}
#else
constexpr bool mutated(Mutation) {
    return false;
}
#endif

}  // namespace cohort::core
