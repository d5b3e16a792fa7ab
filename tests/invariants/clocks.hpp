// SPDX-License-Identifier: GPL-2.0-or-later
//
// The clocks of the observed nodes, seen from outside.
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <cstddef>

namespace cohort::invariants {

class Clocks {
public:
    virtual ~Clocks() = default;

    /// What the node's clock shows at the moment that is being observed.
    virtual core::Time now(std::size_t node) const = 0;

    /// When the node's clock shows `local`, on a time line that all nodes share.
    virtual core::Duration shared(std::size_t node, core::Time local) const = 0;

    /// By how much moments of different nodes on that line may be wrong.
    virtual core::Duration doubt() const = 0;
};

}  // namespace cohort::invariants
