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

}  // namespace

Checker::Seen::Seen(const MachineConfig& node)
    : id(node.self),
      oracle(node),
      commanded(node.buckets, Rights::none),
      states(node.buckets, Rights::none) {}

Checker::Checker(std::vector<MachineConfig> nodes, const Clocks& clocks)
    : configs_(std::move(nodes)),
      clocks_(clocks),
      chains_(2 * configs_.front().buckets),
      promises_(configs_, clocks) {
    for (const MachineConfig& node : configs_) {
        seen_.emplace_back(node);
    }
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

Chain& Checker::chain(std::size_t bucket, Rights right) {
    return chains_[2 * bucket + (right == Rights::old ? 1 : 0)];
}

/// What it holds is served, if it holds anything; for longer than `doubt`.
bool Checker::serves(std::size_t node, Duration doubt) const {
    return clocks_.now(node) < seen_[node].deadline - doubt;
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

void Checker::follow_chains(std::size_t changed, const std::vector<Rights>& before) {
    const std::vector<Rights>& states = seen_[changed].states;
    for (std::size_t b = 0; b < states.size(); ++b) {
        if (states[b] == before[b]) {
            continue;
        }
        for (const Rights right : kRights) {
            if (has(before[b], right) && !has(states[b], right)) {
                chain(b, right).drops(changed);
            } else if (has(states[b], right) && !has(before[b], right)) {
                open(changed, b, right);
            }
        }
    }
}

/// I5, seen from the node that opens. With virtual facts it holds as little as
/// I4 does.
void Checker::open(std::size_t node, std::size_t bucket, Rights right) {
    ++openings_;
    const Seen& seen = seen_[node];
    const auto kept = chain(bucket, right).opens(node, seen.epoch);
    if (kept && !virtual_facts()) {
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
            if (opened && !virtual_facts()) {
                fail(
                    fmt::format("I5: node {} kept bucket {} to epoch {}, but node {} opened it at "
                                "epoch {} between",
                                seen.id, b, seen.epoch, seen_[opened->node].id, opened->epoch));
            }
        }
    }
}

/// I4. With virtual facts it holds only in part, and there I1 says the same.
void Checker::check_no_return(std::size_t changed) {
    if (virtual_facts() || overlap_expected_) {
        return;
    }
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        const Seen& seen = seen_[i];
        for (std::size_t b = 0; b < seen.states.size() && serves(i); ++b) {
            for (const Rights right : kRights) {
                const Chain::Opened& opened = chain(b, right).highest();
                // Of the others only if this one has opened it.
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
    // By acks at this epoch, and not by those of the last one, which the first
    // update at a new epoch may still make use of.
    const bool prolonged =
        serves(node) && deadline > std::max(seen.deadline, seen.oracle.carry().value_or(Time{}));
    seen.epoch = epoch;
    seen.deadline = deadline;
    seen.may_hold.clear();
    if (states != seen.states) {
        follow_chains(node, std::exchange(seen.states, states));
    }
    if (prolonged && std::exchange(seen.leased, epoch) != epoch) {
        keep(node);
    }
    check_single_owner(node);
    check_no_return(node);
}

void Checker::kernel_may_hold(std::size_t node, std::vector<Rights> states) {
    seen_[node].may_hold = std::move(states);
}

void Checker::sends(std::size_t node, const Message& message, const EpochId& durable) {
    if (only_ownership_) {
        return;
    }
    const Header& header = header_of(message);
    check_shown_epoch(node, header, durable);
    check_released(node, header);
    check_clear(node, header);
    if (const auto* heartbeat = std::get_if<Heartbeat>(&message)) {
        promises_.sends(node, *heartbeat);
    }
}

/// I3
void Checker::check_shown_epoch(std::size_t node, const Header& header, const EpochId& durable) {
    EpochId& shown = seen_[node].shown;
    if (header.epoch < shown) {
        fail(fmt::format("I3: node {} shows epoch {} after {}", header.sender, text(header.epoch),
                         text(shown)));
    }
    shown = std::max(shown, header.epoch);
    if (header.epoch > durable) {
        fail(fmt::format("I3: node {} shows epoch {}, durable is only {}", header.sender,
                         text(header.epoch), text(durable)));
    }
}

/// I6
void Checker::check_released(std::size_t node, const Header& header) {
    const Seen& seen = seen_[node];
    if (!header.flags.released || seen.plan.id != header.epoch) {
        return;
    }
    const std::vector<Rights>& states = seen.may_hold.empty() ? seen.states : seen.may_hold;
    for (std::size_t b = 0; b < states.size(); ++b) {
        if ((states[b] & seen.plan.rights(header.sender, b)) != states[b]) {
            fail(
                fmt::format("I6: node {} says RELEASED at epoch {}, but its kernel holds bucket {}",
                            header.sender, text(header.epoch), b));
        }
    }
}

/// I2: what a lease stands on must not be called gone.
void Checker::check_clear(std::size_t node, const Header& header) {
    if (!header.flags.clear_valid || header.clear == 0) {
        return;
    }
    const Time now = clocks_.now(node);
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        if (i == node || (header.clear & node_bit(seen_[i].id)) == 0) {
            continue;
        }
        if (const Time until = promises_.not_clear_until(node, i, header.epoch); now < until) {
            fail(fmt::format("I2: node {} reports node {} clear at epoch {}, {} too early",
                             header.sender, seen_[i].id, text(header.epoch), text(until - now)));
        }
    }
}

/// I7, which the node's own sight shows, and I2, which takes that of all.
void Checker::check_deadline(std::size_t node, Time deadline) {
    if (only_ownership_) {
        return;
    }
    const Seen& seen = seen_[node];
    const auto until = seen.oracle.until();
    if (!until || deadline > *until) {
        fail(fmt::format("I7: node {} sets a deadline {} beyond its lease", seen.id,
                         until ? text(deadline - *until) : std::string("without one,")));
    }
    const Duration end = clocks_.shared(node, deadline);
    const Duration promised = promises_.supported(node, seen.plan.id, seen.oracle.granted());
    if (end - clocks_.doubt() > promised) {
        fail(fmt::format("I2: node {} may serve at epoch {} without the promise of a quorum",
                         seen.id, text(seen.plan.id)));
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

void Checker::reads(std::size_t node, std::int64_t order) {
    seen_[node].oracle.reads(order);
}

void Checker::before_step(std::size_t node, const Event& event, Time now) {
    Seen& seen = seen_[node];
    seen.waking = std::holds_alternative<Wake>(event);
    seen.oracle.before(event, now);
    if (const auto* start = std::get_if<Start>(&event)) {
        std::fill(seen.commanded.begin(), seen.commanded.end(), Rights::none);
        seen.plan = {};
        promises_.starts(node, start->kernel.deadline, now);
    } else if (const auto* read = std::get_if<FrameRead>(&event); read && !only_ownership_) {
        if (const auto* heartbeat = std::get_if<Heartbeat>(&read->message)) {
            promises_.reads(node, *heartbeat, now);
        }
    }
}

void Checker::after_step(std::size_t node, const Actions& actions, const Plan& plan, Time now) {
    Seen& seen = seen_[node];
    if (plan.id != seen.plan.id || seen.plan.fresh.empty()) {
        promises_.accepts(node, seen.plan.id, seen.oracle.granted());
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
