// SPDX-License-Identifier: GPL-2.0-or-later
//
// What peers say.
#include "ctl/cohortd/core/machine_state.hpp"
#include "ctl/cohortd/core/mutate.hpp"
#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/core/text.hpp"

#include <algorithm>
#include <utility>

namespace cohort::core {

namespace {

/// R17: plans that jump further are dropped.
constexpr std::uint64_t kMostJump = std::uint64_t{1} << 32;

}  // namespace

bool Machine::State::on_frame(const Message& message, Time now) {
    const Header& header = header_of(message);
    const auto index = electorate.index_of(header.sender);
    if (!index || *index == electorate.self() || header.session == 0) {
        return false;
    }
    if (header.epoch.counter <= plan.id.counter + kMostJump) {
        highest_counter = std::max(highest_counter, header.epoch.counter);
    }
    Peer& peer = *peers[*index];
    switch (peer.session.read(header)) {
        case PeerSession::Standing::proven:
            on_proven(*index, message, now);
            return true;
        case PeerSession::Standing::unproven:
            // A sign that the peer runs, if not of what it knows (R24).
            peer.silence.heard(now, false);
            peer.silent = false;
            fencing.peer_came_back = true;
            introduce(*index, message, now);
            return true;
        case PeerSession::Standing::doubled:
            warn_of_double(*index, now);
            peer.silence.heard(now, false);
            peer.silent = false;
            return challenge_again(*index, message, now);
        case PeerSession::Standing::outdated:
        case PeerSession::Standing::retired:
            return challenge_again(*index, message, now);
        case PeerSession::Standing::duplicate:
            // The frame of that session which came first was sent no earlier
            // than this one, so this one tells nothing of the time since.
            break;
    }
    return false;
}

/// A session that was given up is the living one after all where the proven one fell
/// silent: a copy of the host's disk was gone again, or its state directory lost.
bool Machine::State::challenge_again(std::size_t index, const Message& message, Time now) {
    const Peer& peer = *peers[index];
    if (peer.heard_at && now - *peer.heard_at <= config.timers.detect) {
        return false;
    }
    introduce(index, message, now);
    return true;
}

/// What was sent before the session was replaced has long arrived.
void Machine::State::warn_of_double(std::size_t index, Time now) {
    Peer& peer = *peers[index];
    if (peer.proven_at && now - *peer.proven_at > config.timers.promise && !peer.doubled) {
        peer.doubled = true;
        note(Note::Level::alert,
             "two hosts speak as " + name(index) + ": one has a copy of the other one's state");
    }
}

/// The peer's session is unknown: nothing it says counts until it has returned
/// a fresh nonce (section 9).
void Machine::State::introduce(std::size_t index, const Message& message, Time now) {
    Peer& peer = *peers[index];
    if (const auto* hello = std::get_if<Hello>(&message); hello != nullptr && hello->to == self()) {
        on_message(index, *hello, now);
    } else if (const auto nonce = peer.session.challenge(now, random)) {
        act(Send{electorate[index].id, Hello{header(now), electorate[index].id, *nonce, 0}});
    }
}

void Machine::State::on_message(std::size_t index, const Hello& hello, Time now) {
    if (hello.to != self()) {
        return;
    }
    Peer& peer = *peers[index];
    if (hello.echo != 0 && peer.session.prove(hello.header, hello.echo)) {
        peer.seq = 0;
        peer.deaf_since.reset();
        peer.proven_at = now;
        peer.doubled = false;
        if (agrees(index, hello.header, now)) {
            learn(index, hello.header, now);
            compare_epochs(index, hello.header, now);
            trigger(Trigger::change, now);
        }
    }
    Hello reply{{}, electorate[index].id, 0, 0};
    if (hello.challenge != 0 && peer.session.may_echo(hello.challenge, now)) {
        reply.echo = hello.challenge;
    }
    if (peer.session.session() != hello.header.session) {
        reply.challenge = peer.session.challenge(now, random).value_or(0);
    }
    if (reply.echo != 0 || reply.challenge != 0) {
        reply.header = header(now);
        act(Send{electorate[index].id, reply});
    }
}

void Machine::State::on_proven(std::size_t index, const Message& message, Time now) {
    Peer& peer = *peers[index];
    if (speaks_beside(index, message, now)) {
        return;
    }
    const bool same = agrees(index, header_of(message), now);
    confer(index, message, now);
    if (!same) {
        peer.silence.heard(now, false);
        peer.silent = false;
        // The answer to its first challenge may have been lost.
        if (const auto* hello = std::get_if<Hello>(&message)) {
            on_message(index, *hello, now);
        }
        return;
    }
    const auto* heartbeat = std::get_if<Heartbeat>(&message);
    const auto sent_at = heartbeat != nullptr ? count_ack(index, *heartbeat, now) : std::nullopt;
    // R26: it heard us lately, so it has not granted itself anything.
    const Timers& t = config.timers;
    const Duration fresh = mutated(Mutation::fresh_too_long) ? t.silence_keep : t.fresh;
    peer.silence.heard(now, sent_at && now - *sent_at <= fresh);
    peer.silent = false;
    learn(index, header_of(message), now);
    if (heartbeat != nullptr && heartbeat->header.seq == peer.seq) {
        hear_of_hearing(index, *heartbeat, now);
    }
    std::visit([&](const auto& m) { on_message(index, m, now); }, message);
}

/// R22: another configuration is neither acked nor listened to.
bool Machine::State::agrees(std::size_t index, const Header& header, Time now) {
    Peer& peer = *peers[index];
    const bool same = may_be_accepted(header.config_digest) || holds(header.config_digest, now);
    if (!same) {
        peer.alive = false;
        if (!peer.disagrees) {
            note(Note::Level::alert,
                 name(index) +
                     " runs with another configuration, so neither acks the other; both "
                     "files must agree in all but [cluster] node and [[link]]");
        }
    } else if (peer.disagrees) {
        note(Note::Level::notice, name(index) + " has the same configuration now");
    }
    peer.disagrees = !same;
    if (!same) {
        other_file_at = now;
    }
    if (!same && header.flags.serving) {
        peer.rival = header.config_digest;
        peer.rivals_at = now;
    }
    return same;
}

/// What any frame's header tells.
void Machine::State::learn(std::size_t index, const Header& header, Time now) {
    Peer& peer = *peers[index];
    if (!peer.alive) {
        note(Note::Level::notice, name(index) + " is heard, at epoch " + text(header.epoch));
        peer.alive = true;
    }
    warn_of_double_ownership(index, header, now);
    peer.heard_at = now;
    peer.lives_since = now;
    hear_facts(index, header);
    if (header.seq <= peer.seq) {
        return;  // overtaken: what may change was told by a newer frame
    }
    peer.seq = header.seq;
    peer.epoch = header.epoch;
    peer.follows = holds(header.config_digest, now);
    peer.weight = header.weight;
    if (peer.health != 0 && header.health == 0) {
        note(Note::Level::notice, name(index) + " is sick");
    }
    peer.health = header.health;
    if (!peer.leaving && header.flags.leaving) {
        note(Note::Level::notice, name(index) + " is leaving");
    }
    peer.leaving = header.flags.leaving;
    if (!peer.returning && header.flags.returning) {
        note(Note::Level::notice, name(index) + " is being restarted");
    }
    peer.returning = header.flags.returning;
}

/// RELEASED and CLEAR speak of exactly one epoch (R8, R9).
void Machine::State::hear_facts(std::size_t index, const Header& header) {
    if (header.epoch > plan.id) {
        barrier.hear_ahead(index, header);
    }
    Header facts = header;
    if (header.epoch != plan.id) {
        facts.flags.released &=
            mutated(Mutation::release_of_higher_epoch) && header.epoch > plan.id;
        facts.flags.clear_valid &= mutated(Mutation::clear_of_other_epoch);
    }
    if (facts.flags.released || header.epoch == plan.id || facts.flags.clear_valid) {
        barrier.hear(index, facts);
    }
}

/// Section 10.1, heal: the peer planned alone while it ran all the time, as its
/// numbers show, and this node took over from it: neither heard the other, and
/// only a failure of every link in both directions can bring that about.
void Machine::State::warn_of_double_ownership(std::size_t index, const Header& header, Time now) {
    Peer& peer = *peers[index];
    if (!std::exchange(peer.taken_over, false) || peer.seq == 0 || header.epoch <= peer.epoch ||
        header.epoch == plan.id || header.epoch.planner != header.sender) {
        return;
    }
    const auto periods = [this](Duration d) {
        return static_cast<std::uint64_t>(d / config.timers.heartbeat);
    };
    if (header.seq - peer.seq + periods(config.timers.silence_keep) >
        periods(now - *peer.heard_at)) {
        note(Note::Level::alert, "double ownership: " + name(index) +
                                     " took over from this node (epoch " + text(header.epoch) +
                                     ") while this node took over from it (epoch " + text(plan.id) +
                                     "); all links were cut at once, and both may have answered");
    }
}

/// R7: gives the send time of the heartbeat that this one acks.
std::optional<Time> Machine::State::count_ack(std::size_t index, const Heartbeat& heartbeat,
                                              Time now) {
    if (heartbeat.header.epoch != plan.id && !mutated(Mutation::ack_below_epoch)) {
        return std::nullopt;
    }
    for (const HeartbeatEntry& entry : heartbeat.entries) {
        if (entry.peer == self() && entry.seq != 0 &&
            entry.session_tag == static_cast<std::uint16_t>(session)) {
            return lease.acked(index, entry.seq, now);
        }
    }
    return std::nullopt;
}

/// R6. With virtual facts this node may have opened, at a lower epoch, what the
/// sender holds at this one and has only ceased to serve (R12): an ack before
/// the kernel let go of it would wake the sender up too early.
bool Machine::State::may_ack() const {
    return has_vote && !forgets_at && !stands_back &&
           (!virtual_facts() || released() || mutated(Mutation::ack_before_release));
}

void Machine::State::on_message(std::size_t index, const Heartbeat& heartbeat, Time now) {
    const Header& header = heartbeat.header;
    const bool same_epoch =
        header.epoch == plan.id || (mutated(Mutation::ack_below_epoch) && header.epoch < plan.id);
    if (may_ack() && same_epoch && header.flags.want_lease) {
        voter.ack(index, header.session, header.seq, now);  // R6
    }
    if (header.flags.answer) {
        trigger(Trigger::answer, now);
    }
    compare_epochs(index, header, now);
}

/// R18: whoever is behind asks, whoever is ahead shows it.
void Machine::State::compare_epochs(std::size_t index, const Header& header, Time now) {
    Peer& peer = *peers[index];
    if (header.epoch <= plan.id) {
        peer.behind_since.reset();
        if (header.epoch < plan.id && !peer.deaf) {
            trigger(Trigger::answer, now);
        }
        return;
    }
    peer.behind_since = peer.behind_since.value_or(now);
    if (contends()) {
        want_plan(index, header, now);
    } else if (header.epoch.counter <= plan.id.counter + kMostJump &&
               may_be_accepted(header.config_digest)) {
        // R5: a witness promises by the id, and needs no plan for that.
        Plan known = empty_plan(config.buckets, header.config_digest);
        known.id = header.epoch;
        propose(std::move(known), now);
    }
}

/// Under the digest that the peer shows: it may know no other (R22).
void Machine::State::want_plan(std::size_t index, const Header& shown, Time now) {
    Peer& peer = *peers[index];
    const EpochId& wanted = shown.epoch;
    const Duration patience = 2 * config.timers.heartbeat;
    const bool in_hand = (writing && writing->id >= wanted) || (next && next->id >= wanted);
    const bool coming = peer.assembly.progressed(wanted, now - patience);
    const bool asked = peer.plan_wanted_at && now < *peer.plan_wanted_at + patience;
    if (has_vote && !in_hand && !coming && !asked &&
        wanted.counter <= plan.id.counter + kMostJump) {
        peer.plan_wanted_at = now;
        PlanRequest request{header(now), electorate[index].id, wanted};
        request.header.config_digest = shown.config_digest;
        act(Send{electorate[index].id, request});
    }
}

void Machine::State::on_message(std::size_t index, const PlanFragment& fragment, Time now) {
    const EpochId& id = fragment.header.epoch;
    const bool in_hand = (writing && writing->id >= id) || (next && next->id >= id);
    if (!has_vote || !contends() || id <= plan.id || in_hand ||
        id.counter > plan.id.counter + kMostJump) {
        return;
    }
    auto whole = peers[index]->assembly.add(fragment, now);
    if (whole && may_be_accepted(whole->config_digest)) {
        propose(std::move(*whole), now);
    }
}

void Machine::State::on_message(std::size_t index, const PlanRequest& request, Time now) {
    Peer& peer = *peers[index];
    const bool just_sent = peer.plan_sent_at && now < *peer.plan_sent_at + config.timers.heartbeat;
    if (request.to == self() && request.wanted == plan.id && !just_sent) {
        peer.plan_sent_at = now;
        send_plan(electorate[index].id, now);
    }
}

/// R16. No promise is made by the answer.
void Machine::State::on_message(std::size_t index, const Prevote& prevote, Time now) {
    const NodeId asker = electorate[index].id;
    // R22: whoever can plan a change of members may, since not everybody can.
    const bool change = !peers[index]->follows || peers[index]->disagrees || staged;
    if (has_vote && prevote.counter > plan.id.counter && (change || !lower_candidate(asker))) {
        act(Send{asker, PrevoteOk{header(now), asker, prevote.counter}});
    }
}

void Machine::State::on_message(std::size_t index, const PrevoteOk& ok, Time) {
    if (ok.to == self() && candidacy && candidacy->counter == ok.counter) {
        candidacy->votes |= Electorate::only(index);
    }
}

}  // namespace cohort::core
