// SPDX-License-Identifier: GPL-2.0-or-later
//
// The checker of the invariants looks at what an observation can have changed. What it
// finds, and when, is what a look at everything finds after each observation.
#include "ctl/cohortd/core/holdings.hpp"
#include "tests/invariants/checker.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace cohort::invariants {
namespace {

using namespace cohort::core;
using std::chrono::milliseconds;

constexpr Rights kNone = Rights::none;
using States = std::vector<Rights>;

class OneClock final : public Clocks {
public:
    Time now(std::size_t) const override { return time; }
    Duration shared(std::size_t, Time local) const override { return local.time_since_epoch(); }
    Duration doubt() const override { return {}; }

    Time time{};
};

std::vector<MachineConfig> any_configs() {
    MachineConfig config;
    config.mode = *rc::gen::element(QuorumMode::majority, QuorumMode::links);
    config.buckets = *rc::gen::inRange<std::size_t>(1, 7);
    const auto nodes = *rc::gen::inRange(2, 6);
    for (int id = 1; id <= nodes; ++id) {
        config.members.push_back({static_cast<NodeId>(id), 1, 1, true});
    }
    std::vector<MachineConfig> all;
    for (const Member& member : config.members) {
        all.push_back(config);
        all.back().self = member.id;
    }
    return all;
}

/// About one right of `rare`.
States any_states(std::size_t buckets, unsigned rare) {
    States states(buckets, kNone);
    for (Rights& state : states) {
        if (*rc::gen::inRange(0U, rare) == 0) {
            state = *rc::gen::element(Rights::fresh, Rights::old, Rights::both);
        }
    }
    return states;
}

/// I1 and I4 over all nodes and buckets.
class Book {
public:
    Book(const std::vector<MachineConfig>& configs, const OneClock& clock)
        : clock_(clock),
          majority_(configs.front().mode == QuorumMode::majority),
          nodes_(configs.size(), {0, States(configs.front().buckets, kNone), {}}),
          opened_(2 * configs.front().buckets) {}

    struct Node {
        std::uint64_t epoch;
        States states;
        Time deadline;
    };
    const Node& node(std::size_t index) const { return nodes_[index]; }

    void kernel(std::size_t index, Node is) {
        for (std::size_t place = 0; place < opened_.size(); ++place) {
            if (holds(is, place) && !holds(nodes_[index], place) &&
                is.epoch >= opened_[place].epoch) {
                opened_[place] = {is.epoch, index};
            }
        }
        nodes_[index] = std::move(is);
    }

    std::string violation() const {
        std::string found;
        for (std::size_t place = 0; place < opened_.size(); ++place) {
            std::size_t owners = 0;
            for (std::size_t i = 0; i < nodes_.size(); ++i) {
                if (!holds(nodes_[i], place) || clock_.time >= nodes_[i].deadline) {
                    continue;
                }
                const Chain::Opened& last = opened_[place];
                const bool late = last.node != i && nodes_[i].epoch < last.epoch;
                found = late && majority_ && found.empty() ? "I4" : found;
                found = ++owners > 1 ? "I1" : found;
            }
        }
        return found;
    }

private:
    /// A place is a right of a bucket.
    static bool holds(const Node& node, std::size_t place) {
        return (node.states[place / 2] & (place % 2 == 0 ? Rights::fresh : Rights::old)) != kNone;
    }

    const OneClock& clock_;
    bool majority_;
    std::vector<Node> nodes_;
    std::vector<Chain::Opened> opened_;  ///< by place
};

/// Mostly what it is already: leases are renewed, run out and come back.
Book::Node any_kernel(const Book::Node& before, Time now) {
    Book::Node is = before;
    if (*rc::gen::inRange(0, 3) == 0) {
        is.states = any_states(is.states.size(), 6);
    }
    if (*rc::gen::inRange(0, 3) == 0) {
        is.epoch = *rc::gen::inRange<std::uint64_t>(1, 6);
    }
    is.deadline = now + milliseconds{*rc::gen::inRange(-1, 5)};
    return is;
}

RC_GTEST_PROP(Checker, FindsTwoOwnersAndAReturnWhenALookAtEverythingDoes, ()) {
    OneClock clock;
    const auto configs = any_configs();
    Checker checker(configs, clock);
    Book book(configs, clock);
    for (int step = 0; step < 60; ++step) {
        clock.time += milliseconds{*rc::gen::inRange(0, 3)};
        const auto node = *rc::gen::inRange<std::size_t>(0, configs.size());
        const Book::Node is = any_kernel(book.node(node), clock.time);
        book.kernel(node, is);
        checker.kernel(node, is.epoch, is.states, is.deadline);
        const std::string found = checker.violation().value_or("").substr(0, 2);
        if (found == "I5") {
            return;
        }
        RC_ASSERT(found == book.violation());
        if (!found.empty()) {
            RC_TAG(found);
            return;
        }
    }
}

RC_GTEST_PROP(Checker, FindsWhatIsCalledReleasedAndIsHeld, ()) {
    OneClock clock;
    const auto configs = any_configs();
    const std::size_t buckets = configs.front().buckets;
    Checker checker(configs, clock);
    Plan plan{{1, 1, 0}, 0, std::vector(buckets, kNobody), std::vector(buckets, kNobody)};
    checker.after_step(0, {}, plan, clock.time);
    States states(buckets, kNone);
    States may_hold;
    for (int step = 0; step < 40; ++step) {
        switch (*rc::gen::inRange(0, 5)) {
            case 0:
                ++plan.id.counter;
                for (std::size_t b = 0; b < buckets; ++b) {
                    plan.fresh[b] = static_cast<NodeId>(*rc::gen::inRange(0, 20) == 0 ? 2 : 1);
                    plan.old[b] = plan.fresh[b];
                }
                checker.after_step(0, {}, plan, clock.time);
                break;
            case 1:
                states = any_states(buckets, 3);
                may_hold.clear();
                checker.kernel(0, plan.id.counter, states, clock.time);
                break;
            case 2:
                may_hold = *rc::gen::arbitrary<bool>() ? any_states(buckets, 2) : States{};
                checker.kernel_may_hold(0, may_hold);
                break;
            default: {
                Header header;
                header.sender = 1;
                header.flags.released = true;
                header.epoch = plan.id;
                checker.sends(0, Hello{header, kNobody, 0, 0}, plan.id);
                bool held = false;
                for (std::size_t b = 0; b < buckets; ++b) {
                    const Rights all = may_hold.empty() ? states[b] : may_hold[b];
                    held = held || (all & plan.rights(1, b)) != all;
                }
                RC_ASSERT(checker.violation().has_value() == held);
                if (held) {
                    return;
                }
            }
        }
    }
}

}  // namespace
}  // namespace cohort::invariants
