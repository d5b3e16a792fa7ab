// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who is alive, what silence proves in mode links (R24 to R26), and what mode
// fence grants without it (R27).
#include "ctl/cohortd/core/machine_state.hpp"
#include "ctl/cohortd/core/mutate.hpp"
#include "ctl/cohortd/core/text.hpp"

#include <algorithm>

namespace cohort::core {

/// Virtual facts exist for exactly two configured nodes.
bool Machine::State::virtual_facts() const {
    const bool mode = config.mode == QuorumMode::links || config.mode == QuorumMode::fence;
    return mode && electorate.size() == 2 && has_vote;
}

/// Runs on a Wake only: then all input queued before `last_reading` was read.
void Machine::State::judge_silence(Time now) {
    for (std::size_t i = 0; i < peers.size(); ++i) {
        if (!peers[i]) {
            continue;
        }
        judge_life(i);
        if (mutated(Mutation::quorum_of_visible) && !staged) {
            Member seen = config.members[i];
            seen.votes = peers[i]->alive ? seen.votes : 0;
            electorate.replace(i, seen);
        }
        judge_hearing(i);
        if (virtual_facts()) {
            grant(i, now);
        }
    }
}

void Machine::State::judge_life(std::size_t index) {
    Peer& peer = *peers[index];
    const Duration limit = patience(peer);
    if (peer.alive && last_reading - peer.lives_since > limit) {
        peer.alive = false;
        note(Note::Level::warning, name(index) + " has not been heard for " + text(limit));
    }
    peer.silent = peer.silence.exceeds(limit, last_reading);
}

/// A peer that hears no quorum has no lease for long, and its buckets are dark: it is
/// as good as silent (R19), although it is heard. Where links have just come back
/// both sides need a heartbeat to learn of it.
void Machine::State::judge_hearing(std::size_t index) {
    Peer& peer = *peers[index];
    if (!peer.alive) {
        peer.deaf_since.reset();
    }
    const bool deaf = peer.deaf_since && last_reading - *peer.deaf_since > deaf_after();
    if (deaf && !peer.deaf) {
        note(Note::Level::warning, name(index) + " is heard, but hears too few others to serve");
    }
    peer.deaf = deaf;
}

void Machine::State::hear_of_hearing(std::size_t index, const Heartbeat& heartbeat, Time now) {
    Peer& peer = *peers[index];
    Electorate::Set heard = Electorate::only(index);
    for (const HeartbeatEntry& entry : heartbeat.entries) {
        if (const auto other = electorate.index_of(entry.peer); other && entry.heard_ok) {
            heard |= Electorate::only(*other);
        }
    }
    if (virtual_facts() || electorate.is_quorum(heard)) {
        peer.deaf_since.reset();
    } else if (!peer.deaf_since) {
        peer.deaf_since = now;
    }
}

/// For how long it may be silent before others plan for it (R19). One whose daemon is
/// being restarted serves on by its lease meanwhile; a plan that is made a heartbeat
/// before that ends comes in time still, as T4 wants it.
Duration Machine::State::patience(const Peer& peer) const {
    const Timers& t = config.timers;
    return peer.returning ? std::max(t.detect, t.lease - t.heartbeat) : t.detect;
}

/// Grants are renewed for as long as silence lasts, and run from before the
/// input was read: a loop that hangs after this leaves nothing behind that
/// lasts longer than a real ack would.
void Machine::State::grant(std::size_t index, Time now) {
    Peer& peer = *peers[index];
    // R27: nothing but this node's own ack or end can free what it holds.
    const bool fenced_mode = config.mode == QuorumMode::fence;
    const Grade grade = fenced_mode ? Grade::keep : peer.silence.grade(config.timers, last_reading);
    if (grade == Grade::none || !may_open()) {
        return;
    }
    const bool revives =
        mutated(Mutation::keep_revives) || (mutated(Mutation::keep_seconds) && holdings.empty());
    const bool prolongs_only = !fenced_mode && !revives;
    if (grade == Grade::keep && prolongs_only && !lease.valid(now)) {
        return;  // R25
    }
    lease.grant(index, mutated(Mutation::grant_from_now) ? now : last_reading);
    const bool opens = grade == Grade::take || mutated(Mutation::keep_opens);
    if (opens && holdings.lacks() && !is_doubled(now)) {
        peer.taken_over = true;
        open_all(name(index) + " was silent on all links for " +
                 text(last_reading - peer.silence.since()) +
                 (peer.silence.fresh() ? "" : ", and not fresh before"));
    }
}

}  // namespace cohort::core
