// SPDX-License-Identifier: GPL-2.0-or-later
//
// Accepting an epoch, opening what it gives, keeping what was held
// (R5, R8, R10 to R12).
#include "ctl/cohortd/core/machine_state.hpp"
#include "ctl/cohortd/core/mutate.hpp"
#include "ctl/cohortd/core/text.hpp"

#include <utility>

namespace cohort::core {

/// A whole plan is in hand. The highest one waits while another is written.
void Machine::State::propose(Plan candidate, Time now) {
    const bool higher = candidate.id > plan.id && (!writing || candidate.id > writing->id) &&
                        (!next || candidate.id > next->id);
    if (has_vote && higher) {
        next = std::move(candidate);
        persist(now);
    }
}

/// R5: durable before any frame shows it; the write runs beside the loop, and
/// this node goes on at its old epoch until it is done.
void Machine::State::persist(Time now) {
    if (writing || !next || (write_again_at && now < *write_again_at) ||
        !may_forget(next->config_digest, now)) {
        return;
    }
    write_again_at.reset();
    writing = std::exchange(next, std::nullopt);
    disk_owes.since = disk_owes.since.value_or(now);
    act(Persist{++writing_ticket, *writing});
    if (mutated(Mutation::announce_before_durable)) {
        accept(*writing, now);
    }
}

void Machine::State::on_persisted(const PersistDone& done, Time now) {
    if (!writing || done.ticket != writing_ticket) {
        return;
    }
    Plan written = std::move(*std::exchange(writing, std::nullopt));
    if (!done.ok) {
        if (!disk_owes.overdue) {
            note(Note::Level::alert,
                 "epoch " + text(written.id) +
                     " cannot be made durable, so it is not accepted; trying again");
        }
        if (!next) {
            next = std::move(written);
        }
        write_again_at = now + config.timers.detect;
        return;
    }
    disk_owes.since.reset();
    if (written.id > plan.id) {
        accept(std::move(written), now);
    }
}

/// R5, R8, R11.
void Machine::State::accept(Plan accepted, Time now) {
    const bool keep = lease.accept(now);
    voter.accept();
    barrier.accept(accepted.id);
    for (std::size_t i = 0; mutated(Mutation::barrier_of_last_owners) && i < peers.size(); ++i) {
        Header excuse;
        excuse.flags.released = owned[electorate[i].id] == 0;
        barrier.hear(i, excuse);
    }
    candidacy.reset();
    take(std::move(accepted));
    plan_config = plan.config_digest;
    forgets_at.reset();
    switch_members(plan_config, now);
    plan_whole = contends();
    if (keep) {
        holdings.carry(plan);
    } else {
        holdings.drop_all(plan);
    }
    // Not released before the kernel has confirmed exactly this.
    set_kernel(now);
    release_ticket = last_ticket;
    release_sent = false;

    std::size_t given = 0;
    for (std::size_t b = 0; b < plan.fresh.size(); ++b) {
        given += plan.fresh[b] == self() ? 1U : 0U;
    }
    note(Note::Level::notice,
         "accepted epoch " + text(plan.id) +
             (contends() ? ": " + buckets_text(given) + " for this node, " +
                               std::to_string(holdings.fresh_count()) + " of them kept"
                         : ""));
    if (plan.id.planner == self()) {
        send_plan(kNobody, now);
    }
    // The kernel mostly confirms within the gap: one heartbeat tells both.
    trigger(Trigger::change, now + config.timers.trigger_gap);
    wake_soon = true;
}

void Machine::State::take(Plan taken) {
    plan = std::move(taken);
    const bool had_some = owned[self()] > 0;
    owned.fill(0);
    for (const NodeId id : plan.fresh) {
        ++owned[id];
    }
    // Others did without this node: to itself, too, it is one that came back.
    if (had_some && owned[self()] == 0) {
        usable_since.reset();
    }
}

/// R11: a carried lease that was not replaced in time.
void Machine::State::lapse(Time now) {
    const auto carry = lease.carry();
    if (!holdings.any_carried() || (carry && now < *carry) || mutated(Mutation::keep_after_lapse)) {
        return;
    }
    holdings.drop_carried();
    kernel_stale = true;
    note(Note::Level::warning, "the carried lease ran out before epoch " + text(plan.id) +
                                   " gave a new one: what it kept is dropped");
}

/// R11: a lease at the accepted epoch, obtained while the carried one was valid.
/// lapse() has run at this `now`.
void Machine::State::keep_carried(Time now) {
    if (!holdings.any_carried()) {
        return;
    }
    const auto end = lease.end();
    if (end && now < *end) {
        holdings.open_carried();
    }
}

bool Machine::State::may_open() const {
    return has_vote && !stands_back && !is_mute() &&
           (leaving == Leaving::no || leaving == Leaving::handing_over);
}

/// Mode links: the other node serves by this one's acks, or by its silence. What can
/// ack nothing, for want of a disk or of a vote, must not keep it from either.
bool Machine::State::is_mute() const {
    return config.mode == QuorumMode::links && electorate.size() == 2 &&
           (!has_vote || disk_owes.overdue);
}

/// Another host speaks in this node's name, as a copy of its disk does: whatever the peers
/// grant may be meant for that one, and what they have let go of may be served there.
bool Machine::State::is_doubled(Time now) const {
    return double_at && now - *double_at <= config.timers.promise;
}

/// R10. A complete barrier is told at once, and starts the second round.
void Machine::State::advance_barrier(Time now) {
    if (may_open() && holdings.lacks() && !barrier.second_round() &&
        barrier.complete(voter.clear(now))) {
        barrier.begin_second_round(mutated(Mutation::no_second_round) ? 1 : last_seq + 1);
        trigger(Trigger::change, now);
    }
    try_open(now);
}

void Machine::State::try_open(Time now) {
    if (may_open() && !is_doubled(now) && barrier.second_round() &&
        lease.quorum_acked_since(*barrier.second_round()) && holdings.lacks()) {
        open_all("all others released them or are clear");
    }
}

void Machine::State::open_all(const std::string& why) {
    const std::size_t before = holdings.fresh_count();
    holdings.open(plan);
    kernel_stale = true;
    note(Note::Level::notice, "serving " + std::to_string(holdings.fresh_count() - before) +
                                  " more, " + buckets_text(holdings.fresh_count()) +
                                  " in all: " + why);
}

}  // namespace cohort::core
