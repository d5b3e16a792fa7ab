// SPDX-License-Identifier: GPL-2.0-or-later
//
// The two-round release barrier: when this node may open what the accepted
// plan gives it (R8, R10).
#pragma once

#include "ctl/cohortd/core/electorate.hpp"
#include "ctl/cohortd/core/messages.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace cohort::core {

/// Facts about exactly the accepted epoch. They are stable: once true for
/// (node, epoch) they are true forever, so copies, delays and replays of the
/// frames that carried them do no harm; nor does it if they were heard before this
/// node accepted that epoch, as who accepts last always hears them.
class Barrier {
public:
    explicit Barrier(const Electorate& electorate);

    /// This epoch is accepted: what was heard of any other says nothing of it.
    void accept(const EpochId& epoch);

    /// A frame of a peer, whose header epoch is the accepted one.
    void hear(std::size_t peer, const Header& header);
    /// One whose header epoch is higher. The facts of the highest are kept.
    void hear_ahead(std::size_t peer, const Header& header);

    /// RELEASED(a, e), or CLEAR(., a, e) from voters worth a quorum, for every
    /// other node a. `own_clear` is what this node's voter reports.
    bool complete(std::uint64_t own_clear) const;
    /// The same for one other node.
    bool out_of_the_way(std::size_t node, std::uint64_t own_clear) const;

    /// The electorate gained or lost a member at this index.
    void insert(std::size_t index);
    void erase(std::size_t index);

    /// CLEAR(., a, e) from voters worth a quorum.
    bool clear_by_quorum(std::size_t node, std::uint64_t own_clear) const;

    /// The second round: heartbeats from this number on were sent after the
    /// barrier was found complete. Nothing while it is not.
    std::optional<std::uint64_t> second_round() const { return second_round_; }
    void begin_second_round(std::uint64_t next_seq) { second_round_ = next_seq; }

private:
    struct Facts {
        bool released = false;
        std::uint64_t clear = 0;
    };

    void note(Facts& facts, std::size_t peer, const Header& header) const;

    const Electorate& electorate_;
    std::vector<Facts> facts_;  ///< by member that said so
    EpochId ahead_epoch_;       ///< higher than the accepted one
    std::vector<Facts> ahead_;  ///< of that
    std::optional<std::uint64_t> second_round_;
};

}  // namespace cohort::core
