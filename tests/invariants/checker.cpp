// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/invariants/checker.hpp"

#include "ctl/cohortd/core/holdings.hpp"
#include "ctl/cohortd/core/text.hpp"

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

std::size_t slot(std::size_t bucket, Rights right) {
    return 2 * bucket + (right == Rights::old ? 1 : 0);
}

}  // namespace

Checker::Seen::Seen(const MachineConfig& node)
    : id(node.self),
      oracle(node),
      commanded(node.buckets, Rights::none),
      states(node.buckets, Rights::none) {}

Checker::Checker(std::vector<MachineConfig> nodes, const Clocks& clocks)
    : configs_(std::move(nodes)), clocks_(clocks) {
    for (const MachineConfig& node : configs_) {
        seen_.emplace_back(node);
    }
    opened_.assign(2 * configs_.front().buckets, {});
}

void Checker::fail(const std::string& text) {
    if (!violation_) {
        violation_ = text;
    }
}

bool Checker::links() const {
    return configs_.front().mode == QuorumMode::links;
}

bool Checker::virtual_facts() const {
    return links() || configs_.front().mode == QuorumMode::fence;
}

/// What it holds is served, if it holds anything.
bool Checker::serves(std::size_t node) const {
    return clocks_.now(node) < seen_[node].deadline;
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

/// I1. Only the node whose kernel changed can have become the second one.
void Checker::check_single_owner(std::size_t changed) {
    if (overlap_expected_ || !serves(changed)) {
        return;
    }
    const Seen& one = seen_[changed];
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        if (i == changed || !serves(i)) {
            continue;
        }
        for (std::size_t b = 0; b < one.states.size(); ++b) {
            if (const Rights both = one.states[b] & seen_[i].states[b]; both != Rights::none) {
                fail(fmt::format("I1: bucket {} right {} is served by node {} and node {}", b,
                                 right_name(both), seen_[std::min(i, changed)].id,
                                 seen_[std::max(i, changed)].id));
            }
        }
    }
}

/// I4. With virtual facts it holds only in part, and there I1 says the same.
void Checker::check_no_return(std::size_t changed, const std::vector<Rights>& before) {
    const Seen& seen = seen_[changed];
    for (std::size_t b = 0; b < seen.states.size(); ++b) {
        for (const Rights right : kRights) {
            Opened& opened = opened_[slot(b, right)];
            if (has(seen.states[b], right) && !has(before[b], right)) {
                ++openings_;
                if (seen.epoch >= opened.epoch) {
                    opened = {seen.epoch, changed};
                }
            }
            if (!virtual_facts()) {
                check_returned(changed, b, right);
            }
        }
    }
}

void Checker::check_returned(std::size_t changed, std::size_t bucket, Rights right) {
    const Opened& opened = opened_[slot(bucket, right)];
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        // Of the others only if this one just opened it.
        const bool concerned = i == changed || opened.node == changed;
        if (concerned && i != opened.node && has(seen_[i].states[bucket], right) &&
            seen_[i].epoch < opened.epoch && serves(i)) {
            fail(fmt::format(
                "I4: node {} serves bucket {} at epoch {} after node {} opened it at epoch {}",
                seen_[i].id, bucket, seen_[i].epoch, seen_[opened.node].id, opened.epoch));
        }
    }
}

void Checker::kernel(std::size_t node, std::uint64_t epoch, const std::vector<Rights>& states,
                     Time deadline) {
    Seen& seen = seen_[node];
    seen.epoch = epoch;
    seen.deadline = deadline;
    const std::vector<Rights> before = std::exchange(seen.states, states);
    check_single_owner(node);
    check_no_return(node, before);
}

/// I3 and I6
void Checker::sends(std::size_t node, const Header& header, const EpochId& durable) {
    Seen& seen = seen_[node];
    if (only_ownership_) {
        return;
    }
    if (header.epoch < seen.shown) {
        fail(fmt::format("I3: node {} shows epoch {} after {}", header.sender, text(header.epoch),
                         text(seen.shown)));
    }
    seen.shown = std::max(seen.shown, header.epoch);
    if (header.epoch > durable) {
        fail(fmt::format("I3: node {} shows epoch {}, durable is only {}", header.sender,
                         text(header.epoch), text(durable)));
    }
    if (!header.flags.released || seen.plan.id != header.epoch) {
        return;
    }
    for (std::size_t b = 0; b < seen.states.size(); ++b) {
        const Rights held = seen.states[b];
        if ((held & seen.plan.rights(header.sender, b)) != held) {
            fail(
                fmt::format("I6: node {} says RELEASED at epoch {}, but its kernel holds bucket {}",
                            header.sender, text(header.epoch), b));
        }
    }
}

/// I7
void Checker::check_deadline(std::size_t node, Time deadline) {
    const auto until = seen_[node].oracle.until();
    if (!only_ownership_ && (!until || deadline > *until)) {
        fail(fmt::format("I7: node {} sets a deadline {} beyond its lease", seen_[node].id,
                         until ? text(deadline - *until) : std::string("without one,")));
    }
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
        if (i == node || overlap_expected_ || !serves(i)) {
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

void Checker::reads(std::size_t node, std::int64_t order) {
    seen_[node].oracle.reads(order);
}

void Checker::before_step(std::size_t node, const Event& event, Time now) {
    Seen& seen = seen_[node];
    seen.waking = std::holds_alternative<Wake>(event);
    if (std::holds_alternative<Start>(event)) {
        std::fill(seen.commanded.begin(), seen.commanded.end(), Rights::none);
        seen.plan = {};
    }
    seen.oracle.before(event, now);
}

void Checker::after_step(std::size_t node, const Actions& actions, const Plan& plan, Time now) {
    Seen& seen = seen_[node];
    if (plan.id != seen.plan.id || seen.plan.fresh.empty()) {
        seen.plan = plan;
    }
    seen.oracle.after(actions, plan.id, now);
    for (const Action& action : actions) {
        if (const auto* set = std::get_if<KernelSet>(&action)) {
            const bool any = std::any_of(set->states.begin(), set->states.end(),
                                         [](Rights r) { return r != Rights::none; });
            if (any) {
                check_deadline(node, set->deadline);
            }
            check_virtual_opening(node, *set);
            seen.commanded = set->states;
        } else if (const auto* renew = std::get_if<KernelRenew>(&action)) {
            check_deadline(node, renew->deadline);
        }
    }
}

}  // namespace cohort::invariants
