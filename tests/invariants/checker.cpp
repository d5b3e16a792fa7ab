// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is said, stored and set: I2, I3, I6, I7.
#include "tests/invariants/checker.hpp"

#include "ctl/cohortd/core/holdings.hpp"
#include "ctl/cohortd/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cohort::invariants {

using namespace cohort::core;

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

void Checker::kernel_may_hold(std::size_t node, std::vector<Rights> states) {
    seen_[node].may_hold = std::move(states);
    seen_[node].kept_to_plan = false;
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

/// I6. Almost every heartbeat says it: what was found in order is looked at again only
/// once it has changed.
void Checker::check_released(std::size_t node, const Header& header) {
    Seen& seen = seen_[node];
    if (!header.flags.released || seen.plan.id != header.epoch || seen.kept_to_plan) {
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
    seen.kept_to_plan = true;
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
    if (end - clocks_.doubt() > promised && !overlap_expected_) {
        fail(fmt::format("I2: node {} may serve at epoch {} without the promise of a quorum",
                         seen.id, text(seen.plan.id)));
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
        seen.kept_to_plan = false;
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
        seen.kept_to_plan = false;
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
