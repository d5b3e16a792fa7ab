// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a node's kernel holds, as its daemon's trace tells it. Between the line
// before the kernel is told and the one after it, the instant of the change is
// unknown, and so is what a kernel holds whose daemon died in between.
//
// What it surely serves is what all states that it may be in have in common:
// what is taken away counts from the earlier line, what is given from the later
// one. Two nodes that surely serve the same thing at the same time did so; the
// price is that an overlap shorter than these lines are apart goes unseen. What
// it may hold, on the other hand, is what a daemon must reckon with that says
// RELEASED.
#pragma once

#include "ctl/cohortd/core/machine.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace cohort::trace {

/// Times are of a time line on which other nodes' moments may be wrong by
/// `doubt`: by as much later does the kernel surely serve what it was given.
class Kernel {
public:
    Kernel(std::size_t buckets, core::Duration doubt);

    /// A daemon took it over and found this.
    void taken_over(const core::KernelHeld& held, core::Duration now);
    void told(const core::KernelSet& set);
    void confirmed(std::uint64_t ticket, core::Duration now);
    void told(const core::KernelRenew& renew);
    /// The daemon goes on: the renewal, if one was under way, is done.
    void goes_on(core::Duration now);
    /// The renewal that was under way failed, at least in part.
    void refused() { renewing_ = false; }
    /// The daemon takes the clusters away.
    void removed();
    /// Time goes on.
    void pass(core::Duration now);

    /// Whether what follows may be other than when this was last asked.
    bool changed() { return std::exchange(changed_, false); }

    struct Surely {
        std::uint64_t epoch = 0;
        std::vector<core::Rights> states;
        core::Time deadline;
        bool operator==(const Surely&) const = default;
    };
    Surely surely() const;
    /// Empty: no more than that.
    std::vector<core::Rights> may_hold() const;

private:
    struct State {
        std::uint64_t ticket = 0;  ///< 0: not by KernelSet
        Surely what;
        std::optional<core::Duration> over;  ///< it surely is not in this one since then
    };
    void add(State state);
    void end_all_before(std::size_t index, core::Duration now);

    core::Duration doubt_;
    std::deque<State> possible_;  ///< in their order, the oldest first
    bool renewing_ = false;       ///< the last one is a renewal under way
    bool changed_ = true;
};

}  // namespace cohort::trace
