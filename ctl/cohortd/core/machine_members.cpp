// SPDX-License-Identifier: GPL-2.0-or-later
//
// Voters are added and removed one at a time, while all run (R22).
//
// Any quorum of the old members and any of the new ones have a voter in common,
// since only one vote comes or goes; so what section 5.2 proves for one set of
// members holds across the change, with two additions. A node is removed only
// when it can serve nothing any more: the accepted plan gives it nothing, and it
// released all else or is clear. A voter that cannot know that of somebody whom
// the new plan leaves out accepts it once all that it may have promised has run
// out: no sooner, since at that epoch neither its own vote nor, after a restart,
// its acks would wait for somebody who is no member. And a second change waits
// until everybody is out of the way at an epoch of the first: then nobody acts by
// what was before it.
#include "ctl/cohortd/core/machine_state.hpp"
#include "ctl/cohortd/core/text.hpp"

#include <algorithm>
#include <utility>

namespace cohort::core {

namespace {

const Member* find(const std::vector<Member>& members, NodeId id) {
    const auto it = std::find_if(members.begin(), members.end(),
                                 [id](const Member& member) { return member.id == id; });
    return it == members.end() ? nullptr : &*it;
}

/// The ids in one list and not in the other.
std::vector<NodeId> missing_in(const std::vector<Member>& less, const std::vector<Member>& more) {
    std::vector<NodeId> out;
    for (const Member& member : more) {
        if (find(less, member.id) == nullptr) {
            out.push_back(member.id);
        }
    }
    return out;
}

}  // namespace

std::optional<std::string> Machine::objection(const Reconfigure& change, Time now) const {
    return state_->objection(change, now);
}

std::optional<std::string> Machine::State::objection(const Reconfigure& change, Time now) const {
    if (change.config_digest == config.config_digest) {
        return std::nullopt;
    }
    if (config.mode != QuorumMode::majority) {
        return "nodes are added and removed live in quorum mode majority only";
    }
    const auto added = missing_in(config.members, change.members);
    const auto removed = missing_in(change.members, config.members);
    if (added.size() + removed.size() != 1) {
        return "one node may be added or removed at a time";
    }
    if (!members_settled) {
        for (std::size_t i = 0; i < peers.size(); ++i) {
            if (peers[i] && peers[i]->disagrees) {
                return name(i) +
                       " runs with another configuration, so no change is possible; "
                       "if this is its configuration, restart cohortd";
            }
        }
        return "the last change of nodes, or the start, is not settled yet: some node is neither "
               "heard nor silent for long enough; try again in " +
               text(config.timers.promise);
    }
    for (const Member& member : change.members) {
        const Member* old = find(config.members, member.id);
        if (old != nullptr && (old->votes != member.votes || old->contender != member.contender)) {
            return "a node becomes a witness, or ceases to be one, in a full stop only";
        }
    }
    for (const NodeId id : removed) {
        const std::size_t index = *electorate.index_of(id);
        if (electorate[index].contender && !is_out(index, now)) {
            return name(index) + " still has buckets or a lease: stop it first, and wait for " +
                   text(config.timers.promise);
        }
    }
    return std::nullopt;
}

void Machine::State::on_reconfigure(const Reconfigure& change, Time now) {
    if (objection(change, now)) {
        return;
    }
    unstage();
    if (change.config_digest == config.config_digest) {
        return;
    }
    staged = change;
    stage_again_at.reset();
    for (const NodeId id : missing_in(config.members, change.members)) {
        insert_member({id, 0, 0, false}, now);
    }
    note(Note::Level::notice, "another set of " + std::to_string(change.members.size()) +
                                  " nodes is staged; it holds once every node has it");
}

void Machine::State::unstage() {
    if (!staged) {
        return;
    }
    for (const NodeId id : missing_in(config.members, staged->members)) {
        erase_member(*electorate.index_of(id));
    }
    if (next && next->config_digest == staged->config_digest) {
        next.reset();
        forgets_at.reset();
        if (!writing) {
            disk_owes.since.reset();
        }
    }
    staged.reset();
}

/// Nothing moves by the change itself; a new node's share comes after it. One that
/// is to go may have come back since the change was staged, and hold something.
std::optional<Plan> Machine::State::staged_plan(Time now) const {
    const bool waits = stage_again_at && now < *stage_again_at;
    if (!staged || !plan_whole || waits || forgets_somebody(staged->config_digest, now)) {
        return std::nullopt;
    }
    Plan wanted = plan;
    wanted.config_digest = staged->config_digest;
    return wanted;
}

/// Whoever lacks it is named once; what else there is to plan does not wait for it.
void Machine::State::stage_again_later(Time now) {
    for (std::size_t i = 0; !stage_again_at && i < peers.size(); ++i) {
        const bool stays = find(staged->members, electorate[i].id) != nullptr;
        if (stays && peers[i] && peers[i]->alive && (candidacy->votes & Electorate::only(i)) == 0) {
            note(Note::Level::notice, name(i) + " has not taken the new set of nodes yet");
        }
    }
    stage_again_at = now + config.timers.promise;
    staged_turn = false;
    candidacy.reset();
}

/// A pre-vote asks whether a plan of the set of members in its header would be
/// welcome; it says nothing of the set that its sender goes by. True if it was one.
bool Machine::State::speaks_beside(std::size_t index, const Message& message, Time now) {
    const auto* prevote = std::get_if<Prevote>(&message);
    if (prevote == nullptr) {
        return false;
    }
    peers[index]->silence.heard(now, false);
    peers[index]->silent = false;
    if (may_be_accepted(prevote->header.config_digest)) {
        on_message(index, *prevote, now);
    }
    return true;
}

bool Machine::State::may_be_accepted(std::uint64_t digest) const {
    return digest == config.config_digest || (staged && digest == staged->config_digest);
}

/// That of the members that hold, or held until a moment ago.
bool Machine::State::holds(std::uint64_t digest, Time now) const {
    return digest == config.config_digest || (digest == previous_digest && now < previous_until);
}

/// Nothing of the accepted plan is its, and of what it had before it has let go.
bool Machine::State::is_out(std::size_t index, Time now) const {
    const NodeId id = electorate[index].id;
    const bool owns = !plan_whole ||
                      std::find(plan.fresh.begin(), plan.fresh.end(), id) != plan.fresh.end() ||
                      std::find(plan.old.begin(), plan.old.end(), id) != plan.old.end();
    return !owns && barrier.out_of_the_way(index, voter.clear(now));
}

/// An epoch of this configuration leaves out a node that may still serve by a
/// promise of this voter. What was promised under another file nobody knows.
bool Machine::State::forgets_somebody(std::uint64_t digest, Time now) const {
    if (digest == config.config_digest || !staged) {
        return digest != plan_config;
    }
    const auto removed = missing_in(staged->members, config.members);
    return std::any_of(removed.begin(), removed.end(), [&](NodeId id) {
        const std::size_t index = *electorate.index_of(id);
        return electorate[index].contender && !is_out(index, now);
    });
}

/// No new promises arise from here on, until it was accepted.
bool Machine::State::may_forget(std::uint64_t digest, Time now) {
    if (!forgets_somebody(digest, now)) {
        return true;
    }
    forgets_at = forgets_at.value_or(now + config.timers.promise);
    return now >= *forgets_at && !hears_other_files(now);
}

/// Nothing was accepted under this configuration yet.
bool Machine::State::begins() const {
    return plan.id.counter == 0 || plan_config != config.config_digest;
}

/// Somebody who runs goes by another configuration, or is taken for nobody in this one.
/// Votes may be others there, and what is a quorum here and one there need have nobody in
/// common: so a node does not begin beside them. One that has begun goes on.
/// Nor when they have fallen silent, for as long as they may serve on.
bool Machine::State::hears_other_files(Time now) const {
    const auto newest = std::max(other_file_at, stranger_at);
    return begins() && newest && now - *newest <= config.timers.promise;
}

/// Two that have both begun, by different files, must not serve beside each other either.
/// One that serves nothing waits; of two that do, or find that they did while they could
/// not hear each other, the one with the lower digest lets its lease run out. Who waits
/// grants nothing: others of its file may be strangers to the one that serves, and so
/// hear nothing that counts from it. One that missed a change of members is no rival:
/// it may serve out its lease beside those who did not.
void Machine::State::judge_rivals(Time now) {
    const auto yields_to = [&](const std::optional<Peer>& peer) {
        return peer && peer->rivals_at && now - *peer->rivals_at <= config.timers.promise &&
               peer->rival != previous_digest &&
               (!serves(now) || config.config_digest < peer->rival);
    };
    const auto rival = std::find_if(peers.begin(), peers.end(), yields_to);
    const bool yields = rival != peers.end();
    if (yields && !stands_back) {
        note(Note::Level::alert, name(static_cast<std::size_t>(rival - peers.begin())) +
                                     " serves by another configuration, so this node serves "
                                     "nothing until the files agree");
    } else if (!yields && stands_back) {
        note(Note::Level::notice, "nobody serves by another configuration any more");
    }
    stands_back = yields;
}

/// R24: two hosts with one id, or with files that name different ids, hear each other
/// well. Were that silence, each would take the other one's buckets.
void Machine::State::on_stranger(const StrangerHeard& stranger, Time now) {
    stranger_at = now;
    if (stranger.as_self && !is_doubled(now)) {
        note(Note::Level::alert, "another cohortd speaks as this node: nothing more is taken");
    }
    if (stranger.as_self) {
        double_at = now;
    }
    if (peers.size() == 2) {
        restart_silence(now);
    }
}

void Machine::State::restart_silence(Time now) {
    for (auto& peer : peers) {
        if (peer) {
            peer->silence.restart(now);
            peer->silent = false;
        }
    }
}

/// The accepted plan is one of the staged configuration.
void Machine::State::switch_members(std::uint64_t digest, Time now) {
    if (digest == config.config_digest || !staged) {
        return;
    }
    for (const NodeId id : missing_in(staged->members, config.members)) {
        erase_member(*electorate.index_of(id));
    }
    for (const Member& member : staged->members) {
        electorate.replace(*electorate.index_of(member.id), member);
    }
    previous_digest = std::exchange(config.config_digest, digest);
    previous_until = now + 2 * config.timers.detect;
    config.members = std::move(staged->members);
    config.settings = std::move(staged->settings);
    settings = encode_settings(config.settings);
    staged.reset();
    members_settled = false;
    considered.reset();
    for (auto& peer : peers) {
        if (peer) {
            peer->follows = true;
        }
    }
    note(Note::Level::notice,
         "the cluster has " + std::to_string(config.members.size()) + " nodes from here on");
}

void Machine::State::settle_members(Time now) {
    if (!members_settled && released() && plan_config == config.config_digest &&
        barrier.complete(voter.clear(now))) {
        members_settled = true;
    }
}

/// Everybody who is heard, and stays, and a quorum before and after the change.
bool Machine::State::all_have_staged(Electorate::Set granted) const {
    unsigned before = 0;
    unsigned after = 0;
    unsigned total = 0;
    for (std::size_t i = 0; i < electorate.size(); ++i) {
        const Member* member = find(staged->members, electorate[i].id);
        const bool grants = (granted & Electorate::only(i)) != 0;
        if (member != nullptr && peers[i] && peers[i]->alive && !grants) {
            return false;
        }
        before += grants ? electorate[i].votes : 0U;
        after += grants && member != nullptr ? member->votes : 0U;
        total += member != nullptr ? member->votes : 0U;
    }
    return electorate.is_quorum(before) && 2 * after > total;
}

void Machine::State::insert_member(const Member& member, Time now) {
    const std::size_t index = electorate.insert(member);
    voter.insert(index);
    lease.insert(index);
    barrier.insert(index);
    const auto at = peers.begin() + static_cast<std::ptrdiff_t>(index);
    Peer& peer = peers.emplace(at)->emplace(config.buckets);
    peer.silence.restart(now);
    peer.lives_since = now;
    candidacy.reset();
}

void Machine::State::erase_member(std::size_t index) {
    electorate.erase(index);
    voter.erase(index);
    lease.erase(index);
    barrier.erase(index);
    peers.erase(peers.begin() + static_cast<std::ptrdiff_t>(index));
    candidacy.reset();
}

}  // namespace cohort::core
