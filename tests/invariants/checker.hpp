// SPDX-License-Identifier: GPL-2.0-or-later
//
// The protocol's invariants (5.1), looked at after everything that is observed
// of a cluster. It knows the nodes by what is told here only, so it serves the
// simulator and the traces of daemons alike.
#pragma once

#include "ctl/cohortd/core/machine.hpp"
#include "tests/invariants/chain.hpp"
#include "tests/invariants/clocks.hpp"
#include "tests/invariants/lease_oracle.hpp"
#include "tests/invariants/promises.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cohort::invariants {

/// Nodes go by their index. Observations come in the order of their times.
class Checker {
public:
    /// One configuration a node; they differ in `self`, and in `members` at most.
    Checker(std::vector<core::MachineConfig> nodes, const Clocks& clocks);

    /// What was violated first, if anything: the invariant and how.
    const std::optional<std::string>& violation() const { return violation_; }

    /// Which nodes serve this right of this bucket now.
    std::vector<std::size_t> servers(std::size_t bucket, core::Rights right) const;

    /// Virtual takeovers and real openings seen, to show that a run had any.
    std::size_t takeovers() const { return takeovers_; }
    std::size_t openings() const { return openings_; }

    /// Looks at who serves (I1, I4, I5, I8) only, not at what was said or set.
    void only_ownership() { only_ownership_ = true; }
    /// Two may serve the same from now on, since an assumption is broken, or not any more:
    /// I1, I2, I4, I5 and I8 are looked at again then.
    void expect_overlap(bool expected);

    // ---- observations

    /// The node goes by these members from now on (R22): it has started with
    /// them, or accepted a plan of theirs, which was observed.
    void members(std::size_t node, std::vector<core::Member> members) {
        configs_[node].members = std::move(members);
    }

    /// The node reads a frame; a before_step() with it follows. `order` ascends
    /// with the times at which the frames of one peer were sent.
    void reads(std::size_t node, std::int64_t order);

    /// The node's loop was late by more than R24 allows.
    void late(std::size_t node, core::Time now) { seen_[node].oracle.restart_silence(now); }

    /// The core is handed an event, at `now` of the node's clock, and gave these
    /// actions; `plan` is the accepted one from then on.
    void before_step(std::size_t node, const core::Event& event, core::Time now);
    void after_step(std::size_t node, const core::Actions& actions, const core::Plan& plan,
                    core::Time now);

    /// A frame leaves, while so much is durable.
    void sends(std::size_t node, const core::Message& message, const core::EpochId& durable);

    /// The node's kernel holds this from now on: no less, as far as is known.
    void kernel(std::size_t node, std::uint64_t epoch, const std::vector<core::Rights>& states,
                core::Time deadline);

    /// While an update is under way, the kernel may hold this. Call it after
    /// kernel(), where it says more than that.
    void kernel_may_hold(std::size_t node, std::vector<core::Rights> states);

    /// The node's disk was emptied, which breaks A3.
    void forgets(std::size_t node) { seen_[node].shown = {}; }

private:
    struct Seen {
        explicit Seen(const core::MachineConfig& node);
        core::NodeId id;
        LeaseOracle oracle;
        core::EpochId shown;  ///< highest epoch in its frames
        core::Plan plan;      ///< accepted
        std::vector<core::Rights> commanded;
        bool waking = false;
        bool kept_to_plan = false;  ///< I6: its kernel was seen to hold no more than `plan` gives

        // Its kernel.
        std::uint64_t epoch = 0;
        std::vector<core::Rights> states;
        std::vector<core::Rights> may_hold;  ///< if that is more
        core::Time deadline{};
        std::uint64_t leased = 0;  ///< the epoch of its newest lease
    };

    void fail(const std::string& text);
    bool serves(std::size_t node, core::Duration doubt = {}) const;
    bool links() const;
    bool virtual_facts() const;
    Chain& chain(std::size_t bucket, core::Rights right);
    std::vector<std::size_t> held(std::size_t node) const;
    void check_single_owner(std::size_t changed, const std::vector<std::size_t>& more);
    std::vector<std::size_t> follow_chains(std::size_t changed,
                                           const std::vector<core::Rights>& before);
    void open(std::size_t node, std::size_t bucket, core::Rights right);
    void keep(std::size_t node);
    void check_no_return(std::size_t changed, const std::vector<std::size_t>& more);
    void check_shown_epoch(std::size_t node, const core::Header& header,
                           const core::EpochId& durable);
    void check_released(std::size_t node, const core::Header& header);
    void check_clear(std::size_t node, const core::Header& header);
    void check_deadline(std::size_t node, core::Time deadline);
    void check_virtual_opening(std::size_t node, const core::KernelSet& set);

    std::vector<core::MachineConfig> configs_;
    const Clocks& clocks_;
    std::vector<Seen> seen_;
    std::vector<Chain> chains_;  ///< by bucket and right
    Promises promises_;
    std::optional<std::string> violation_;
    std::size_t takeovers_ = 0;
    std::size_t openings_ = 0;
    bool only_ownership_ = false;
    bool overlap_expected_ = false;
};

}  // namespace cohort::invariants
