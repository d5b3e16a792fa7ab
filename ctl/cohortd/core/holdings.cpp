// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/holdings.hpp"

#include <algorithm>

namespace cohort::core {

namespace {

bool any(const std::vector<Rights>& rights) {
    return std::any_of(rights.begin(), rights.end(), [](Rights r) { return r != Rights::none; });
}

void clear(std::vector<Rights>& rights) {
    std::fill(rights.begin(), rights.end(), Rights::none);
}

}  // namespace

std::vector<Rights> Holdings::held() const {
    std::vector<Rights> all(open_.size());
    for (std::size_t b = 0; b < all.size(); ++b) {
        all[b] = open_[b] | carried_[b];
    }
    return all;
}

bool Holdings::empty() const {
    return !any(open_) && !any(carried_);
}

bool Holdings::any_carried() const {
    return any(carried_);
}

std::size_t Holdings::fresh_count() const {
    std::size_t count = 0;
    for (std::size_t b = 0; b < open_.size(); ++b) {
        count += ((open_[b] | carried_[b]) & Rights::fresh) != Rights::none ? 1U : 0U;
    }
    return count;
}

bool Holdings::lacks(const Plan& plan, NodeId node) const {
    for (std::size_t b = 0; b < open_.size(); ++b) {
        const Rights given = plan.rights(node, b);
        if ((given & (open_[b] | carried_[b])) != given) {
            return true;
        }
    }
    return false;
}

void Holdings::carry(const Plan& plan, NodeId node) {
    for (std::size_t b = 0; b < open_.size(); ++b) {
        carried_[b] = (open_[b] | carried_[b]) & plan.rights(node, b);
    }
    clear(open_);
}

void Holdings::resume(const std::vector<Rights>& kernel, const Plan& plan, NodeId node) {
    for (std::size_t b = 0; b < open_.size(); ++b) {
        carried_[b] = kernel[b] & plan.rights(node, b);
    }
    clear(open_);
}

void Holdings::open_carried() {
    for (std::size_t b = 0; b < open_.size(); ++b) {
        open_[b] = open_[b] | carried_[b];
    }
    clear(carried_);
}

void Holdings::open(const Plan& plan, NodeId node) {
    for (std::size_t b = 0; b < open_.size(); ++b) {
        open_[b] = plan.rights(node, b);
    }
    clear(carried_);
}

void Holdings::drop_carried() {
    clear(carried_);
}

void Holdings::drop_all() {
    clear(open_);
    clear(carried_);
}

}  // namespace cohort::core
