// SPDX-License-Identifier: GPL-2.0-or-later
//
// What this node holds: CARRIED or OPEN, by bucket and right (R8, R10, R11).
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <cstddef>
#include <vector>

namespace cohort::core {

constexpr Rights operator|(Rights a, Rights b) {
    return static_cast<Rights>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr Rights operator&(Rights a, Rights b) {
    return static_cast<Rights>(static_cast<std::uint8_t>(a) & static_cast<std::uint8_t>(b));
}

/// All resources of a node that are not OPEN but held were carried over by the
/// same accepts and run out at the same moment, so one `carry` serves them all.
class Holdings {
public:
    explicit Holdings(std::size_t buckets)
        : open_(buckets, Rights::none), carried_(buckets, Rights::none) {}

    /// OPEN or CARRIED, by bucket.
    std::vector<Rights> held() const;
    bool empty() const;
    bool any_carried() const;
    /// Buckets held with right N.
    std::size_t fresh_count() const;
    /// True if the plan gives the node something that it does not hold.
    bool lacks(const Plan& plan, NodeId node) const;

    /// Kept by an accept: everything held that the plan also gives the node
    /// becomes CARRIED, the rest is dropped.
    void carry(const Plan& plan, NodeId node);
    /// R14: what the kernel holds, as far as the plan gives it to the node.
    void resume(const std::vector<Rights>& kernel, const Plan& plan, NodeId node);
    /// A lease was obtained in time: CARRIED becomes OPEN.
    void open_carried();
    /// R10 is satisfied: everything that the plan gives is OPEN.
    void open(const Plan& plan, NodeId node);
    /// The carried lease ran out: CARRIED becomes NONE.
    void drop_carried();
    void drop_all();

private:
    std::vector<Rights> open_;
    std::vector<Rights> carried_;
};

}  // namespace cohort::core
