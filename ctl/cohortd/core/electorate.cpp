// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/electorate.hpp"

#include <algorithm>
#include <stdexcept>

namespace cohort::core {

Electorate::Electorate(const MachineConfig& config) : members_(config.members) {
    const auto ascending = [](const Member& a, const Member& b) { return a.id < b.id; };
    if (members_.empty() || members_.size() > kMaxNodeId ||
        !std::is_sorted(members_.begin(), members_.end(), ascending)) {
        throw std::invalid_argument("members: want 1 to 64, by ascending id");
    }
    const auto self = index_of(config.self);
    if (!self) {
        throw std::invalid_argument("members: this node is not among them");
    }
    self_ = *self;
    count_votes();
}

void Electorate::count_votes() {
    total_ = 0;
    for (const Member& member : members_) {
        total_ += member.votes;
    }
}

std::size_t Electorate::insert(const Member& member) {
    const auto at = std::find_if(members_.begin(), members_.end(),
                                 [&](const Member& m) { return m.id > member.id; });
    const auto index = static_cast<std::size_t>(at - members_.begin());
    members_.insert(at, member);
    self_ += index <= self_ ? 1U : 0U;
    count_votes();
    return index;
}

void Electorate::erase(std::size_t index) {
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(index));
    self_ -= index < self_ ? 1U : 0U;
    count_votes();
}

void Electorate::replace(std::size_t index, const Member& member) {
    members_[index] = member;
    count_votes();
}

std::optional<std::size_t> Electorate::index_of(NodeId id) const {
    const auto it = std::lower_bound(members_.begin(), members_.end(), id,
                                     [](const Member& m, NodeId wanted) { return m.id < wanted; });
    if (it == members_.end() || it->id != id) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(it - members_.begin());
}

unsigned Electorate::votes_of(Set members) const {
    unsigned votes = 0;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        votes += (members & only(i)) != 0 ? members_[i].votes : 0U;
    }
    return votes;
}

}  // namespace cohort::core
