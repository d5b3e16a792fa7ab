// SPDX-License-Identifier: GPL-2.0-or-later
//
// What this node holds: CARRIED or OPEN, by bucket and right (R8, R10, R11).
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <cstddef>
#include <vector>

namespace cohort::core {

constexpr Rights operator&(Rights a, Rights b) {
    return static_cast<Rights>(static_cast<std::uint8_t>(a) & static_cast<std::uint8_t>(b));
}

/// Always a part of what the accepted plan gives to the node. An accept makes
/// everything that is kept CARRIED, the first lease after it makes everything
/// OPEN: so at any moment all of it is in the same state. Questions cost
/// nothing; changes look at every bucket.
class Holdings {
public:
    Holdings(std::size_t buckets, NodeId node) : node_(node), held_(buckets, Rights::none) {}

    /// By bucket.
    const std::vector<Rights>& held() const { return held_; }
    bool empty() const { return rights_ == 0; }
    bool any_carried() const { return carried_ && rights_ > 0; }
    /// Buckets held with right N.
    std::size_t fresh_count() const { return fresh_; }
    /// The plan gives something that is not held.
    bool lacks() const { return rights_ < given_; }

    /// A plan is accepted while the lease is valid: everything held that it also
    /// gives becomes CARRIED, the rest is dropped.
    void carry(const Plan& plan);
    /// A plan is accepted without a valid lease, or the node leaves.
    void drop_all(const Plan& plan);
    /// R14: what the kernel holds becomes CARRIED, as far as the plan gives it.
    void resume(const std::vector<Rights>& kernel, const Plan& plan);
    /// A lease was obtained in time: CARRIED becomes OPEN.
    void open_carried() { carried_ = false; }
    /// R10 is satisfied: everything that the plan gives is OPEN.
    void open(const Plan& plan);
    /// The carried lease ran out: CARRIED becomes NONE.
    void drop_carried();

private:
    void count();

    NodeId node_;
    std::vector<Rights> held_;
    bool carried_ = false;
    std::size_t given_ = 0;   ///< rights that the plan gives
    std::size_t rights_ = 0;  ///< rights held
    std::size_t fresh_ = 0;
};

}  // namespace cohort::core
