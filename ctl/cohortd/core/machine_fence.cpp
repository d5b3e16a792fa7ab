// SPDX-License-Identifier: GPL-2.0-or-later
//
// Mode fence: what only the peer's certain end can free (R23). What this node
// holds already it keeps without that, see R27 in machine_silence.cpp.
#include "ctl/cohortd/core/machine_state.hpp"
#include "ctl/cohortd/core/mutate.hpp"
#include "ctl/cohortd/core/text.hpp"

namespace cohort::core {

/// The accepted epoch, which is durable, gives this node what a silent peer may
/// still serve. One that was not heard since the start may only be out of reach
/// for as long as the own links need to come up: two nodes that boot in turn must
/// not turn each other off for that.
bool Machine::State::needs_fencing() const {
    if (config.mode != QuorumMode::fence || !virtual_facts() || !may_open()) {
        return false;
    }
    const Peer& peer = *peers[1 - electorate.self()];
    if (!peer.heard_at && !peer.silence.exceeds(config.timers.damp, last_reading)) {
        return false;
    }
    const bool early = mutated(Mutation::fence_before_accept) && (writing || next);
    return peer.silent && (holdings.lacks() || early);
}

void Machine::State::advance_fencing(Time now) {
    if (!needs_fencing()) {
        fencing.due.reset();
        fencing.not_before.reset();
        return;
    }
    fencing.due = fencing.due.value_or(now + config.fence_delay);
    const bool waits = fencing.not_before && now < *fencing.not_before;
    if (fencing.running || now < *fencing.due || waits) {
        return;
    }
    const std::size_t victim = 1 - electorate.self();
    note(Note::Level::warning,
         "fencing " + name(victim) + ", which is silent, for epoch " + text(plan.id));
    fencing.running = plan.id;
    fencing.peer_came_back = false;
    act(Fence{++fencing.last_ticket, electorate[victim].id});
}

/// A confirmation speaks of the epoch that was accepted when the agent was
/// started: at a later one the peer may have been back, and holds it.
void Machine::State::on_fence_done(const FenceDone& done, Time now) {
    if (done.ticket != fencing.last_ticket || !fencing.running) {
        return;
    }
    const std::size_t victim = 1 - electorate.self();
    const bool any_counts =
        mutated(Mutation::fence_of_earlier_epoch) || mutated(Mutation::fence_before_accept);
    const bool current = *fencing.running == plan.id && !fencing.peer_came_back;
    fencing.running.reset();
    if (!done.off) {
        fencing.not_before = now + config.timers.damp;
        note(Note::Level::alert, "fencing " + name(victim) +
                                     " is not confirmed, so its buckets stay dark; the next try is "
                                     "in " +
                                     text(config.timers.damp) + " if it is still silent");
    } else if (!current && !any_counts) {
        note(Note::Level::notice, name(victim) + " was off, but not for certain at epoch " +
                                      text(plan.id) + ": that does not count");
    } else if (may_open() && holdings.lacks()) {
        open_all(name(victim) + " is off, as the agent confirms");
    }
}

}  // namespace cohort::core
