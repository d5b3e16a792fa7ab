// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/lease.hpp"

#include "ctl/cohortd/core/mutate.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <utility>

namespace cohort::core {

Lease::Lease(const Electorate& electorate, const Timers& timers)
    : electorate_(electorate), lease_(timers.lease), acks_(electorate.size()) {}

void Lease::sent(std::uint64_t seq, Time at) {
    while (!sent_.empty() && sent_.front().at + lease_ < at) {
        sent_.pop_front();
    }
    sent_.push_back({seq, at});
    Ack& own = acks_[electorate_.self()];
    own.seq = seq;
    own.sent_at = at;
}

std::optional<Time> Lease::acked(std::size_t voter, std::uint32_t seq, Time now) {
    // Newest first: acks mostly name one of the last heartbeats.
    const auto it = std::find_if(sent_.rbegin(), sent_.rend(), [seq](const Sent& sent) {
        return static_cast<std::uint32_t>(sent.seq) == seq;
    });
    if (it == sent_.rend()) {
        return std::nullopt;
    }
    Ack& ack = acks_[voter];
    const Time from = mutated(Mutation::lease_from_ack_receipt) ? now : it->at;
    ack.seq = std::max(ack.seq, it->seq);
    ack.sent_at = std::max(ack.sent_at, std::optional{from});
    return it->at;
}

void Lease::grant(std::size_t voter, Time at) {
    acks_[voter].granted = std::max(acks_[voter].granted, std::optional{at});
}

bool Lease::has_ack(std::size_t voter, Time now) const {
    const auto& sent_at = acks_[voter].sent_at;
    return sent_at && now < *sent_at + lease_;
}

bool Lease::quorum_acked_since(std::uint64_t seq) const {
    Electorate::Set set = 0;
    for (std::size_t i = 0; i < acks_.size(); ++i) {
        const bool granted = mutated(Mutation::keep_seconds) && acks_[i].granted;
        if ((acks_[i].sent_at && acks_[i].seq >= seq) || granted) {
            set |= Electorate::only(i);
        }
    }
    return electorate_.is_quorum(set);
}

std::optional<Time> Lease::end() const {
    std::array<std::pair<Time, unsigned>, kMaxNodeId> parts;  // not on the heap: each step asks
    std::size_t count = 0;
    for (std::size_t i = 0; i < acks_.size(); ++i) {
        if (const auto at = std::max(acks_[i].sent_at, acks_[i].granted)) {
            parts[count++] = {*at, electorate_[i].votes};
        }
    }
    std::sort(parts.begin(), parts.begin() + count, std::greater<>());
    unsigned votes = 0;
    for (const auto& [at, worth] : std::span(parts).first(count)) {
        votes += worth;
        if (electorate_.is_quorum(votes)) {
            return at + lease_;
        }
    }
    return std::nullopt;
}

void Lease::insert(std::size_t index) {
    acks_.emplace(acks_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Lease::erase(std::size_t index) {
    acks_.erase(acks_.begin() + static_cast<std::ptrdiff_t>(index));
}

bool Lease::accept(Time now) {
    const bool was_valid = valid(now) || mutated(Mutation::keep_after_lapse);
    carry_ = was_valid ? until() : std::nullopt;
    if (!mutated(Mutation::acks_survive_accept)) {
        sent_.clear();
        std::fill(acks_.begin(), acks_.end(), Ack{});
    }
    return was_valid;
}

}  // namespace cohort::core
