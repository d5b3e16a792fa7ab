// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/trace/kernel.hpp"

#include "ctl/cohortd/core/holdings.hpp"

#include <algorithm>
#include <utility>

namespace cohort::trace {

using namespace cohort::core;

namespace {

Rights either(Rights a, Rights b) {
    return static_cast<Rights>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

}  // namespace

Kernel::Kernel(std::size_t buckets, Duration doubt) : doubt_(doubt) {
    possible_.push_back({0, {0, std::vector(buckets, Rights::none), {}}, std::nullopt});
}

void Kernel::add(State state) {
    possible_.push_back(std::move(state));
    changed_ = true;
}

void Kernel::end_all_before(std::size_t index, Duration now) {
    for (std::size_t i = 0; i < index; ++i) {
        possible_[i].over = possible_[i].over.value_or(now);
    }
    changed_ = true;
}

void Kernel::taken_over(const KernelHeld& held, Duration now) {
    renewing_ = false;
    add({0, {held.epoch_counter, held.states, held.deadline}, std::nullopt});
    end_all_before(possible_.size() - 1, now);
}

void Kernel::told(const KernelSet& set) {
    add({set.ticket, {set.epoch_counter, set.states, set.deadline}, std::nullopt});
}

void Kernel::confirmed(std::uint64_t ticket, Duration now) {
    for (std::size_t i = 0; i < possible_.size(); ++i) {
        if (possible_[i].ticket == ticket) {
            end_all_before(i, now);
        }
    }
}

void Kernel::told(const KernelRenew& renew) {
    Surely what = possible_.back().what;
    what.epoch = renew.epoch_counter;
    what.deadline = renew.deadline;
    add({0, std::move(what), std::nullopt});
    renewing_ = true;
}

void Kernel::goes_on(Duration now) {
    if (std::exchange(renewing_, false)) {
        end_all_before(possible_.size() - 1, now);
    }
}

void Kernel::removed() {
    Surely nothing = possible_.back().what;
    std::fill(nothing.states.begin(), nothing.states.end(), Rights::none);
    add({0, std::move(nothing), std::nullopt});
}

void Kernel::pass(Duration now) {
    while (possible_.size() > 1 && possible_.front().over &&
           *possible_.front().over + doubt_ <= now) {
        possible_.pop_front();
        changed_ = true;
    }
}

Kernel::Surely Kernel::surely() const {
    Surely all = possible_.front().what;
    for (std::size_t i = 1; i < possible_.size(); ++i) {
        const Surely& one = possible_[i].what;
        all.epoch = std::max(all.epoch, one.epoch);
        all.deadline = std::min(all.deadline, one.deadline);
        for (std::size_t b = 0; b < all.states.size(); ++b) {
            all.states[b] = all.states[b] & one.states[b];
        }
    }
    return all;
}

std::vector<Rights> Kernel::may_hold() const {
    std::vector<Rights> any;
    for (std::size_t i = 0; possible_.size() > 1 && i < possible_.size(); ++i) {
        if (possible_[i].over) {
            continue;
        }
        const std::vector<Rights>& states = possible_[i].what.states;
        any.resize(states.size(), Rights::none);
        for (std::size_t b = 0; b < any.size(); ++b) {
            any[b] = either(any[b], states[b]);
        }
    }
    return any;
}

}  // namespace cohort::trace
