// SPDX-License-Identifier: GPL-2.0-or-later
//
// A plan in pieces: cutting it up, and putting it together from whatever
// order, copies, gaps or nonsense the links deliver (R18).
#pragma once

#include "ctl/cohortd/core/messages.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace cohort::core {

/// The plan's bytes in pieces of kPlanFragmentBytes, the last one shorter.
/// At least one; at most 65535, which any plan of 65536 buckets a cluster
/// stays far below.
std::vector<std::vector<std::byte>> cut_plan(const Plan& plan);

/// Puts the plans of one peer together, one epoch at a time. Keeps at most the
/// bytes of one plan, whatever the peer sends.
class PlanAssembly {
public:
    /// Plans of another number of buckets are refused.
    explicit PlanAssembly(std::size_t buckets) : buckets_(buckets) {}

    /// Takes a piece. Gives the plan of the header's epoch once all its pieces
    /// are there and its digest is the one in the epoch id; otherwise nothing,
    /// and pieces that cannot belong together start the assembly anew.
    std::optional<Plan> add(const PlanFragment& fragment, Time now);

    /// True if a piece of this epoch's plan came after `since`.
    bool progressed(const EpochId& id, Time since) const {
        return missing_ > 0 && id_ == id && last_ > since;
    }

private:
    void restart(const PlanFragment& fragment);
    bool plausible(const PlanFragment& fragment) const;
    std::optional<Plan> finish();

    std::size_t buckets_;
    EpochId id_;
    std::vector<std::vector<std::byte>> pieces_;
    std::size_t missing_ = 0;
    Time last_{};
};

}  // namespace cohort::core
