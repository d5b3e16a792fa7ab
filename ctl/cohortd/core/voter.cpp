// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/voter.hpp"

#include "ctl/cohortd/core/mutate.hpp"

#include <algorithm>

namespace cohort::core {

Voter::Voter(const Electorate& electorate, const Timers& timers)
    : electorate_(electorate),
      promise_(mutated(Mutation::promise_too_short) ? timers.lease / 2 : timers.promise),
      promises_(electorate.size()) {}

void Voter::start(Time now, Duration promise) {
    hold_until_ = mutated(Mutation::clear_at_start) ? now : now + promise;
}

void Voter::ack(std::size_t peer, std::uint64_t session, std::uint64_t seq, Time now) {
    if (mutated(Mutation::hold_acks_at_start) && now < hold_until_) {
        return;
    }
    Promise& promise = promises_[peer];
    promise.current = now + promise_;
    if (promise.acked.session != session) {
        promise.acked = {session, 0};
    }
    promise.acked.seq = std::max(promise.acked.seq, seq);
}

void Voter::accept() {
    for (Promise& promise : promises_) {
        // The maximum: a promise of two epochs ago may outlast the last one.
        promise.old = mutated(Mutation::forget_longest_promise)
                          ? promise.current
                          : std::max(promise.old, promise.current);
        promise.current.reset();
        promise.acked.seq = 0;
    }
}

void Voter::insert(std::size_t index) {
    promises_.emplace(promises_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Voter::erase(std::size_t index) {
    promises_.erase(promises_.begin() + static_cast<std::ptrdiff_t>(index));
}

std::uint64_t Voter::clear(Time now) const {
    std::uint64_t bits = 0;
    if (now < hold_until_) {
        return bits;
    }
    for (std::size_t i = 0; i < promises_.size(); ++i) {
        if (i != electorate_.self() && (!promises_[i].old || now >= *promises_[i].old)) {
            bits |= node_bit(electorate_[i].id);
        }
    }
    return bits;
}

std::optional<Time> Voter::next_clear(Time now) const {
    std::optional<Time> next;
    for (std::size_t i = 0; i < promises_.size(); ++i) {
        const Time at = std::max(hold_until_, promises_[i].old.value_or(hold_until_));
        if (i != electorate_.self() && at > now && (!next || at < *next)) {
            next = at;
        }
    }
    return next;
}

}  // namespace cohort::core
