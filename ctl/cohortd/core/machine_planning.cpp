// SPDX-License-Identifier: GPL-2.0-or-later
//
// When and what to plan (R16, R17, R19, R20): liveness and balance only, since
// any plan at any time is safe (R3).
#include "ctl/cohortd/core/machine_state.hpp"
#include "ctl/cohortd/core/mutate.hpp"
#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/core/text.hpp"

#include <algorithm>
#include <utility>

namespace cohort::core {

void Machine::State::plan_ahead(Time now) {
    track_usable(now);
    const bool busy = writing || next || (back_off_until && now < *back_off_until);
    if (!has_vote || busy || !leads(now) || stands_back || hears_other_files(now)) {
        candidacy.reset();
        return;
    }
    auto candidate = next_plan(now);
    if (!candidate) {
        candidacy.reset();
        return;
    }
    if (candidacy && candidacy->config_digest != candidate->config_digest) {
        candidacy.reset();
    }
    if (is_granted(*candidate)) {
        issue(*std::move(candidate), now);
    } else {
        ask_prevotes(candidate->config_digest, now);
    }
}

/// What is wanted among the members that hold comes first, unless they did not
/// grant it: those who miss may be waiting for the staged ones (R22).
std::optional<Plan> Machine::State::next_plan(Time now) {
    if (staged_turn) {
        if (auto staged_one = staged_plan(now)) {
            return staged_one;
        }
    }
    auto better = wanted_plan(now);
    return better && may_move(*better, now) ? better : staged_plan(now);
}

/// R16, R22
bool Machine::State::is_granted(const Plan& candidate) const {
    const Electorate::Set granted =
        (candidacy ? candidacy->votes : 0) | Electorate::only(electorate.self());
    if (candidate.config_digest != config.config_digest) {
        return all_have_staged(granted);
    }
    return alone() || electorate.is_quorum(granted);
}

/// Since when each member could be given buckets: damping counts from there.
void Machine::State::track_usable(Time now) {
    for (std::size_t i = 0; i < electorate.size(); ++i) {
        auto& since = peers[i] ? peers[i]->usable_since : usable_since;
        if (!usable(i)) {
            since.reset();
        } else if (!since) {
            since = now;
        }
    }
}

bool Machine::State::usable(std::size_t member) const {
    const std::uint8_t weight = peers[member] ? peers[member]->weight : electorate[member].weight;
    return is_candidate(member) && weight > 0;
}

/// R16: healthy, here to stay, heard, and hearing a quorum; and it can ack here, which
/// one that was started with a staged set of members cannot yet (R22).
bool Machine::State::is_candidate(std::size_t member) const {
    if (!electorate[member].contender) {
        return false;
    }
    if (!peers[member]) {
        return is_fit() && leaving == Leaving::no;
    }
    const Peer& peer = *peers[member];
    return peer.alive && !peer.deaf && peer.health > 0 && !peer.leaving && peer.follows;
}

bool Machine::State::lower_candidate(NodeId than) const {
    for (std::size_t i = 0; i < electorate.size() && electorate[i].id < than; ++i) {
        if (is_candidate(i) && !(peers[i] && peers[i]->returning)) {
            return true;
        }
    }
    return false;
}

bool Machine::State::hears_quorum() const {
    Electorate::Set heard = Electorate::only(electorate.self());
    for (std::size_t i = 0; i < peers.size(); ++i) {
        heard |= peers[i] && peers[i]->alive ? Electorate::only(i) : 0;
    }
    return electorate.is_quorum(heard);
}

/// R24: the peer's silence takes the place of a quorum.
bool Machine::State::alone() const {
    if (!virtual_facts()) {
        return false;
    }
    const Peer& peer = *peers[1 - electorate.self()];
    if (!peer.silent) {
        return false;
    }
    // Before anybody owned anything an early plan has nobody to tell: better
    // wait for the peer, which may be booting too, until we could open.
    return plan.id.counter > 0 || peer.silence.grade(config.timers, last_reading) == Grade::take;
}

/// A living peer has a higher epoch: its plan is on the way, for a while.
bool Machine::State::catching_up(Time now) const {
    return std::any_of(peers.begin(), peers.end(), [&](const auto& peer) {
        return peer && peer->alive && peer->behind_since &&
               now < *peer->behind_since + 2 * config.timers.detect;
    });
}

/// R19: only a silence of T_detect tells that a node is gone, and after a start
/// or a stall none has lasted that long.
bool Machine::State::awaits_signs_of_life(Time now) const {
    return std::any_of(peers.begin(), peers.end(), [&](const auto& peer) {
        return peer && !peer->alive && now - peer->lives_since <= config.timers.detect;
    });
}

/// A voter is at an epoch whose plan nobody who lives can tell, as a witness may
/// be when the planner died: only a higher one brings its acks back.
bool Machine::State::is_left_behind() const {
    return std::any_of(peers.begin(), peers.end(), [&](const auto& peer) {
        return peer && peer->alive && peer->epoch > plan.id;
    });
}

/// R16: the lowest healthy node that hears a quorum plans, nobody else.
bool Machine::State::leads(Time now) const {
    return is_candidate(electorate.self()) && !yields_at && !lower_candidate(self()) &&
           (hears_quorum() || alone()) && !catching_up(now) && !awaits_signs_of_life(now);
}

/// R19. A node that came back gains nothing until it stayed for T_damp, unless
/// nobody else is there to serve; what it has already it keeps.
std::vector<Share> Machine::State::shares(Time now) const {
    const auto settled = [&](std::size_t i) {
        const auto& since = peers[i] ? peers[i]->usable_since : usable_since;
        return usable(i) && (owned[electorate[i].id] > 0 || now >= *since + config.timers.damp);
    };
    bool any_settled = false;
    for (std::size_t i = 0; i < electorate.size(); ++i) {
        any_settled |= settled(i);
    }
    std::vector<Share> out;
    for (std::size_t i = 0; i < electorate.size(); ++i) {
        const Member& member = electorate[i];
        if (!member.contender) {
            continue;
        }
        const unsigned weight = peers[i] ? peers[i]->weight : member.weight;
        const bool counts = any_settled ? settled(i) : usable(i);
        out.push_back({member.id, member.weight, counts ? weight : 0});
    }
    return out;
}

std::optional<Plan> Machine::State::wanted_plan(Time now) {
    auto could_take = shares(now);
    if (!considered || considered->epoch != plan.id || considered->shares != could_take) {
        considered = {plan.id, std::move(could_take), {}};
        considered->plan.config_digest = config.config_digest;
        considered->plan.fresh = assign(plan.fresh, considered->shares, config.groups);
        considered->plan.old = considered->plan.fresh;
    }
    const bool moves = considered->plan.fresh != plan.fresh || considered->plan.old != plan.old;
    return moves || is_left_behind() ? std::optional(considered->plan) : std::nullopt;
}

/// R20: a move that nobody needs waits until it will not be held up by a mute node.
bool Machine::State::may_move(const Plan& wanted, Time now) const {
    if (is_left_behind()) {
        return true;
    }
    for (std::size_t b = 0; b < wanted.fresh.size(); ++b) {
        const auto owner = electorate.index_of(plan.fresh[b]);
        if (wanted.fresh[b] != plan.fresh[b] && (!owner || !usable(*owner))) {
            return true;
        }
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
        if (peers[i] && electorate[i].contender && !lease.has_ack(i, now) &&
            !barrier.clear_by_quorum(i, voter.clear(now))) {
            return false;
        }
    }
    return true;
}

/// R16: asks until a quorum agrees or T_detect has passed; then steps back for
/// a random time, so that two askers do not meet again.
void Machine::State::ask_prevotes(std::uint64_t digest, Time now) {
    const Timers& timers = config.timers;
    if (candidacy && now >= candidacy->began + timers.detect) {
        if (digest != config.config_digest) {
            stage_again_later(now);
            return;
        }
        candidacy.reset();
        staged_turn = true;
        back_off_until = now + random.up_to_twice(timers.detect);
        return;
    }
    if (candidacy && now < candidacy->asked + timers.heartbeat) {
        return;
    }
    if (!candidacy) {
        candidacy = {next_counter(), digest, Electorate::only(electorate.self()), now, now};
    }
    candidacy->asked = now;
    Prevote prevote{header(now), candidacy->counter};
    prevote.header.config_digest = digest;
    act(Send{kNobody, prevote});
}

void Machine::State::issue(Plan wanted, Time now) {
    const std::uint64_t counter = candidacy ? candidacy->counter : next_counter();
    seal_plan(wanted, std::max(counter, next_counter()), self());
    if (mutated(Mutation::epoch_id_reused)) {
        wanted.id = {wanted.id.counter, 1, 0};
    }
    note(Note::Level::notice, "planning epoch " + text(wanted.id) + ": " +
                                  buckets_text(moved(plan.fresh, wanted.fresh)) + " move");
    candidacy.reset();
    propose(std::move(wanted), now);
}

std::uint64_t Machine::State::next_counter() const {
    return std::max(highest_counter, plan.id.counter) + 1;
}

}  // namespace cohort::core
