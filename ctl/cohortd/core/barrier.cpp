// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/barrier.hpp"

#include "ctl/cohortd/core/mutate.hpp"

#include <algorithm>

namespace cohort::core {

Barrier::Barrier(const Electorate& electorate)
    : electorate_(electorate), facts_(electorate.size()), ahead_(electorate.size()) {}

void Barrier::accept(const EpochId& epoch) {
    if (!mutated(Mutation::barrier_survives_accept)) {
        second_round_.reset();
    }
    std::fill(facts_.begin(), facts_.end(), Facts{});
    if (epoch == ahead_epoch_) {
        facts_.swap(ahead_);
    }
}

void Barrier::note(Facts& facts, std::size_t peer, const Header& header) const {
    facts.released |= header.flags.released;
    if (header.flags.clear_valid) {
        // A voter never reports on itself: its own statement is RELEASED.
        facts.clear |= header.clear & ~node_bit(electorate_[peer].id);
    }
}

void Barrier::hear(std::size_t peer, const Header& header) {
    note(facts_[peer], peer, header);
}

void Barrier::hear_ahead(std::size_t peer, const Header& header) {
    if (header.epoch > ahead_epoch_) {
        ahead_epoch_ = header.epoch;
        std::fill(ahead_.begin(), ahead_.end(), Facts{});
    }
    if (header.epoch == ahead_epoch_) {
        note(ahead_[peer], peer, header);
    }
}

bool Barrier::clear_by_quorum(std::size_t node, std::uint64_t own_clear) const {
    const std::uint64_t bit = node_bit(electorate_[node].id);
    Electorate::Set reporters = 0;
    for (std::size_t j = 0; j < facts_.size(); ++j) {
        const std::uint64_t clear = j == electorate_.self() ? own_clear : facts_[j].clear;
        if (j != node && (clear & bit) != 0) {
            reporters |= Electorate::only(j);
        }
    }
    if (mutated(Mutation::one_voter_clears)) {
        return reporters != 0;
    }
    return electorate_.is_quorum(reporters);
}

bool Barrier::complete(std::uint64_t own_clear) const {
    if (mutated(Mutation::no_barrier)) {
        return true;
    }
    for (std::size_t a = 0; a < facts_.size(); ++a) {
        if (a == electorate_.self() || !electorate_[a].contender) {
            continue;
        }
        if (!out_of_the_way(a, own_clear)) {
            return false;
        }
    }
    return true;
}

bool Barrier::out_of_the_way(std::size_t node, std::uint64_t own_clear) const {
    return facts_[node].released || clear_by_quorum(node, own_clear);
}

void Barrier::insert(std::size_t index) {
    for (auto* facts : {&facts_, &ahead_}) {
        facts->emplace(facts->begin() + static_cast<std::ptrdiff_t>(index));
    }
}

void Barrier::erase(std::size_t index) {
    for (auto* facts : {&facts_, &ahead_}) {
        facts->erase(facts->begin() + static_cast<std::ptrdiff_t>(index));
    }
}

}  // namespace cohort::core
