// SPDX-License-Identifier: GPL-2.0-or-later
//
// Frames out, and when to wake up.
#include "ctl/cohortd/core/machine_state.hpp"

#include <algorithm>
#include <utility>

namespace cohort::core {

using std::chrono::milliseconds;

bool Machine::State::wants_lease() const {
    return may_open() && contends();
}

/// Takes a sequence number.
Header Machine::State::header(Time now) {
    Header out;
    out.sender = self();
    out.flags.released = released();
    out.flags.want_lease = wants_lease();
    out.flags.leaving = leaving != Leaving::no;
    out.flags.clear_valid = has_vote;
    out.flags.returning = yields_at.has_value();
    out.flags.serving = serves(now);
    out.weight = leaving == Leaving::no ? electorate[electorate.self()].weight : 0;
    out.health = is_fit() ? 255 : 0;
    out.session = session;
    out.seq = ++last_seq;
    out.config_digest = config.config_digest;
    out.epoch = plan.id;
    out.clear = has_vote ? voter.clear(now) : 0;
    return out;
}

void Machine::State::trigger(Trigger cause, Time at) {
    trigger_at = triggered == Trigger::none ? at : std::min(trigger_at, at);
    triggered = std::max(triggered, cause);
}

/// The period, and besides it what R18 asks for.
void Machine::State::send_heartbeats(Time now) {
    const std::uint64_t clear = has_vote ? voter.clear(now) : 0;
    if ((clear & ~clear_sent) != 0) {
        trigger(Trigger::change, now);
    }
    if (now >= *heartbeat_due) {
        heartbeat_due =
            std::max(*heartbeat_due + config.timers.heartbeat, now + config.timers.heartbeat / 2);
        // The period asks for nothing: acks come by the peers' own, and were each of many
        // nodes to ask all others, for as long as one does not ack, nobody would rest.
        send_heartbeat(std::max(triggered, Trigger::answer), now);
    } else if (waking && triggered != Trigger::none && now >= triggered_due()) {
        send_heartbeat(triggered, now);
    }
}

/// When the triggered heartbeat may be sent. It is by a wake-up, which everything that
/// waits to be read comes before: where many nodes answer each other, one heartbeat then
/// tells of all their frames, and not of the first alone.
Time Machine::State::triggered_due() const {
    return last_heartbeat ? std::max(trigger_at, *last_heartbeat + config.timers.trigger_gap)
                          : trigger_at;
}

/// Something waits for the peers' next acks: R10's second round, or the lease. What is
/// carried over has time until their periods bring them, and were each of many nodes to
/// ask all others whenever an epoch is accepted, they would answer one another for long.
bool Machine::State::waits_for_acks(Time now) const {
    return (holdings.lacks() && barrier.second_round()) || !lease.valid(now);
}

void Machine::State::send_heartbeat(Trigger cause, Time now) {
    Heartbeat out;
    out.header = header(now);
    // An answer never asks for one: two nodes would never fall silent.
    out.header.flags.answer = cause == Trigger::change && waits_for_acks(now);
    for (std::size_t i = 0; i < peers.size(); ++i) {
        if (!peers[i]) {
            continue;
        }
        const Voter::Acked& acked = voter.acked(i);
        HeartbeatEntry entry;
        entry.peer = electorate[i].id;
        entry.heard_ok = peers[i]->alive;
        entry.keys_ok = accepts_keys_of(*peers[i]);
        entry.keys_seen = keys_seen(*peers[i]);
        entry.session_tag = static_cast<std::uint16_t>(acked.session);
        entry.seq = static_cast<std::uint32_t>(acked.seq);
        out.entries.push_back(entry);
    }
    if (out.header.flags.want_lease) {
        lease.sent(out.header.seq, now);
    }
    release_sent |= out.header.flags.released;
    clear_sent = out.header.clear;
    last_heartbeat = now;
    triggered = Trigger::none;
    act(Send{kNobody, std::move(out)});
}

void Machine::State::send_plan(NodeId to, Time now) {
    if (!plan_whole) {
        return;
    }
    const auto pieces = cut_plan(plan);
    const auto count = static_cast<std::uint16_t>(pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        act(Send{to, PlanFragment{header(now), static_cast<std::uint16_t>(i), count, pieces[i]}});
    }
    if (to == kNobody) {
        published_at = now;
    }
}

/// R24: a silent peer that still hears us releases before we open.
void Machine::State::publish_again(Time now) {
    if (!virtual_facts()) {
        return;
    }
    const Peer& peer = *peers[1 - electorate.self()];
    const bool due = !published_at || now >= *published_at + config.timers.detect;
    if (peer.silent && due && peer.epoch != plan.id) {
        send_plan(kNobody, now);
    }
}

/// Exact where time alone changes what is served or told; what may be late by a
/// heartbeat is looked at with the next one.
Time Machine::State::next_wake(Time now) const {
    Time at = *heartbeat_due;
    const auto no_later = [&at](std::optional<Time> candidate) {
        at = candidate && *candidate < at ? *candidate : at;
    };
    if (holdings.any_carried()) {
        no_later(lease.carry());
    }
    if (has_vote) {
        no_later(voter.next_clear(now));
    }
    for (const auto& peer : peers) {
        if (peer) {
            no_later(peer->silence.next_change(config.timers, patience(*peer), now));
            if (peer->deaf_since && !peer->deaf) {
                no_later(*peer->deaf_since + deaf_after() + Duration{1});
            }
        }
    }
    if (kernel_stale) {
        no_later(set_again_at);
    }
    if (fencing.due && !fencing.running) {
        no_later(std::max(*fencing.due, fencing.not_before.value_or(*fencing.due)));
    }
    if (leaving != Leaving::no) {
        no_later(leave_until);
    }
    no_later(yields_at);
    // A wake-up that comes with too old a reading must not become a busy loop.
    const Time soonest = now + milliseconds{1};
    at = wake_soon ? soonest : std::max(at, soonest);
    return triggered == Trigger::none ? at : std::min(at, std::max(now, triggered_due()));
}

}  // namespace cohort::core
