// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who is configured, and what a quorum is (R1).
#pragma once

#include "ctl/cohortd/core/machine.hpp"
#include "ctl/cohortd/core/mutate.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace cohort::core {

/// The members by index, in ascending order of their ids: all that the
/// configuration of the accepted epoch names, and whoever a staged one adds,
/// with no votes yet (R22). Whatever is kept by index follows insert() and erase().
class Electorate {
public:
    /// A set of members; bit i is the member of index i.
    using Set = std::uint64_t;

    /// `config.members` holds self, ascending ids, at most 64 of them.
    explicit Electorate(const MachineConfig& config);

    std::size_t size() const { return members_.size(); }
    std::size_t self() const { return self_; }
    const Member& operator[](std::size_t index) const { return members_[index]; }
    std::optional<std::size_t> index_of(NodeId id) const;

    /// A new member; gives its index. Its id is not among them.
    std::size_t insert(const Member& member);
    /// One that is not this node.
    void erase(std::size_t index);
    void replace(std::size_t index, const Member& member);

    static constexpr Set only(std::size_t index) { return Set{1} << index; }

    /// More than half of all configured votes, not of those now visible.
    bool is_quorum(unsigned votes) const {
        return 2 * votes > total_ || (mutated(Mutation::quorum_of_one) && votes > 0);
    }
    bool is_quorum(Set members) const { return is_quorum(votes_of(members)); }
    unsigned votes_of(Set members) const;

private:
    void count_votes();

    std::vector<Member> members_;
    std::size_t self_ = 0;
    unsigned total_ = 0;
};

}  // namespace cohort::core
