// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who serves what: I1, I4, I5, I8.
#include "tests/invariants/checker.hpp"

#include "ctl/cohortd/core/holdings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cohort::invariants {

using namespace cohort::core;

namespace {

constexpr std::array kRights{Rights::fresh, Rights::old};

const char* right_name(Rights right) {
    return (right & Rights::fresh) != Rights::none ? "N" : "O";
}

bool has(Rights all, Rights one) {
    return (all & one) != Rights::none;
}

}  // namespace

Chain& Checker::chain(std::size_t bucket, Rights right) {
    return chains_[2 * bucket + (right == Rights::old ? 1 : 0)];
}

/// What it holds is served, if it holds anything; for longer than `doubt`.
bool Checker::serves(std::size_t node, Duration doubt) const {
    return clocks_.now(node) < seen_[node].deadline - doubt;
}

/// The buckets over which it has any right.
std::vector<std::size_t> Checker::held(std::size_t node) const {
    std::vector<std::size_t> out;
    const std::vector<Rights>& states = seen_[node].states;
    for (std::size_t b = 0; b < states.size(); ++b) {
        if (states[b] != Rights::none) {
            out.push_back(b);
        }
    }
    return out;
}

std::vector<std::size_t> Checker::servers(std::size_t bucket, Rights right) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        if (has(seen_[i].states[bucket], right) && serves(i)) {
            out.push_back(i);
        }
    }
    return out;
}

/// I1. Only the node whose kernel changed can have become the second one, and only
/// of buckets of which it serves more than before.
void Checker::check_single_owner(std::size_t changed, const std::vector<std::size_t>& more) {
    if (overlap_expected_ || more.empty() || !serves(changed)) {
        return;
    }
    const Seen& one = seen_[changed];
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        if (i == changed || !serves(i)) {
            continue;
        }
        for (const std::size_t b : more) {
            if (const Rights both = one.states[b] & seen_[i].states[b]; both != Rights::none) {
                fail(fmt::format("I1: bucket {} right {} is served by node {} and node {}", b,
                                 right_name(both), seen_[std::min(i, changed)].id,
                                 seen_[std::max(i, changed)].id));
            }
        }
    }
}

void Checker::expect_overlap(bool expected) {
    overlap_expected_ = expected;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        check_single_owner(i, held(i));
    }
}

/// Gives the buckets of which it opens something.
std::vector<std::size_t> Checker::follow_chains(std::size_t changed,
                                                const std::vector<Rights>& before) {
    std::vector<std::size_t> opened;
    const std::vector<Rights>& states = seen_[changed].states;
    for (std::size_t b = 0; b < states.size(); ++b) {
        if (states[b] == before[b]) {
            continue;
        }
        if ((states[b] & before[b]) != states[b]) {
            opened.push_back(b);
        }
        for (const Rights right : kRights) {
            if (has(before[b], right) && !has(states[b], right)) {
                chain(b, right).drops(changed);
            } else if (has(states[b], right) && !has(before[b], right)) {
                open(changed, b, right);
            }
        }
    }
    return opened;
}

/// I5, seen from the node that opens. With virtual facts it holds as little as
/// I4 does.
void Checker::open(std::size_t node, std::size_t bucket, Rights right) {
    ++openings_;
    const Seen& seen = seen_[node];
    const auto kept = chain(bucket, right).opens(node, seen.epoch);
    if (kept && !virtual_facts() && !overlap_expected_) {
        fail(fmt::format(
            "I5: node {} opens bucket {} at epoch {}, which node {} kept from epoch "
            "{} to {}",
            seen.id, bucket, seen.epoch, seen_[kept->node].id, kept->first, kept->last));
    }
}

/// I5, seen from the node that keeps: it has a lease at its epoch now.
void Checker::keep(std::size_t node) {
    const Seen& seen = seen_[node];
    for (std::size_t b = 0; b < seen.states.size(); ++b) {
        for (const Rights right : kRights) {
            if (!has(seen.states[b], right)) {
                continue;
            }
            const auto opened = chain(b, right).keeps(node, seen.epoch);
            if (opened && !virtual_facts() && !overlap_expected_) {
                fail(
                    fmt::format("I5: node {} kept bucket {} to epoch {}, but node {} opened it at "
                                "epoch {} between",
                                seen.id, b, seen.epoch, seen_[opened->node].id, opened->epoch));
            }
        }
    }
}

/// I4. With virtual facts it holds only in part, and there I1 says the same. The
/// node may serve `more` without the right to, or have opened it while another
/// serves it; what it has served on and opened earlier was looked at then.
void Checker::check_no_return(std::size_t changed, const std::vector<std::size_t>& more) {
    if (virtual_facts() || overlap_expected_ || more.empty()) {
        return;
    }
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        const Seen& seen = seen_[i];
        if (!serves(i)) {
            continue;
        }
        for (const std::size_t b : more) {
            for (const Rights right : kRights) {
                const Chain::Opened& opened = chain(b, right).highest();
                const bool concerned = i == changed || opened.node == changed;
                if (concerned && has(seen.states[b], right) && i != opened.node &&
                    seen.epoch < opened.epoch) {
                    fail(
                        fmt::format("I4: node {} serves bucket {} at epoch {} after node {} "
                                    "opened it at epoch {}",
                                    seen.id, b, seen.epoch, seen_[opened.node].id, opened.epoch));
                }
            }
        }
    }
}

void Checker::kernel(std::size_t node, std::uint64_t epoch, const std::vector<Rights>& states,
                     Time deadline) {
    Seen& seen = seen_[node];
    const bool served = serves(node);
    // By acks at this epoch, and not by those of the last one, which the first
    // update at a new epoch may still make use of.
    const bool prolonged =
        served && deadline > std::max(seen.deadline, seen.oracle.carry().value_or(Time{}));
    const bool falls_back = std::exchange(seen.epoch, epoch) > epoch;
    seen.deadline = deadline;
    seen.may_hold.clear();
    seen.kept_to_plan = false;
    std::vector<std::size_t> more;
    if (states != seen.states) {
        more = follow_chains(node, std::exchange(seen.states, states));
    }
    if (prolonged && std::exchange(seen.leased, epoch) != epoch) {
        keep(node);
    }
    if (!served || falls_back) {
        more = held(node);
    }
    check_single_owner(node, more);
    check_no_return(node, more);
}

/// I8
void Checker::check_virtual_opening(std::size_t node, const KernelSet& set) {
    const Seen& seen = seen_[node];
    if (!links() || !seen.waking || seen.oracle.silence() < configs_[node].timers.silence_keep) {
        return;
    }
    bool opened = false;
    for (std::size_t b = 0; b < set.states.size(); ++b) {
        opened |= (set.states[b] & seen.commanded[b]) != set.states[b];
    }
    if (!opened) {
        return;
    }
    ++takeovers_;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        if (i == node || overlap_expected_ || !serves(i, clocks_.doubt())) {
            continue;
        }
        for (std::size_t b = 0; b < seen_[i].states.size(); ++b) {
            if (seen_[i].states[b] != Rights::none) {
                fail(fmt::format("I8: node {} takes over while node {} still serves bucket {}",
                                 seen.id, seen_[i].id, b));
            }
        }
    }
}

}  // namespace cohort::invariants
