// SPDX-License-Identifier: GPL-2.0-or-later
//
// The protocol's invariants (5.1), looked at after everything that happens.
#pragma once

#include "tests/sim/host.hpp"
#include "tests/sim/lease_oracle.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cohort::sim {

class Checker final : public Observer {
public:
    using Hosts = std::vector<std::unique_ptr<Host>>;

    Checker(const Scheduler& scheduler, Assumption& assumption, const Hosts& hosts)
        : scheduler_(scheduler), assumption_(assumption), hosts_(hosts) {}

    /// Call once the hosts stand.
    void begin();

    /// What was violated first, if anything: the invariant and how.
    const std::optional<std::string>& violation() const { return violation_; }

    /// Which host serves this right of this bucket now, by index.
    std::vector<std::size_t> servers(std::size_t bucket, core::Rights right) const;

    /// Every bucket is served by exactly one host, with both rights.
    bool all_served() const;

    /// Virtual takeovers and real openings seen, to show that a run had any.
    std::size_t takeovers() const { return takeovers_; }
    std::size_t openings() const { return openings_; }

    /// Looks at who serves (I1, I4, I8) only, not at what was said or set.
    void only_ownership() { only_ownership_ = true; }
    /// Two owners are what the test is about.
    void expect_overlap() { overlap_expected_ = true; }

    void before_step(std::size_t host, const core::Event& event, Time now) override;
    void after_step(std::size_t host, const core::Actions& actions, Time now) override;
    void sends(std::size_t host, const core::Header& header) override;
    void kernel_changed(std::size_t host) override;
    void started(std::size_t host) override;
    void frame_read(std::size_t host, const Frame& frame) override;
    void running_changed() override;

private:
    struct Seen {
        explicit Seen(const core::MachineConfig& config) : oracle(config) {}
        LeaseOracle oracle;
        core::EpochId shown;               ///< highest epoch in its frames
        std::vector<core::Rights> held;    ///< by the machine before the step
        std::vector<core::Rights> states;  ///< in its kernel
        bool waking = false;
    };

    void fail(const std::string& text);
    void check_single_owner();
    void check_no_return(std::size_t host);
    void check_deadline(std::size_t host, Time deadline);
    void check_virtual_opening(std::size_t host);
    bool links() const;
    bool virtual_facts() const;

    const Scheduler& scheduler_;
    Assumption& assumption_;
    const Hosts& hosts_;
    std::vector<Seen> seen_;
    struct Opened {
        std::uint64_t epoch = 0;
        std::size_t host = 0;
    };
    std::vector<Opened> opened_;  ///< by bucket and right: the highest epoch it was opened at
    std::optional<std::string> violation_;
    std::size_t takeovers_ = 0;
    std::size_t openings_ = 0;
    bool only_ownership_ = false;
    bool overlap_expected_ = false;
};

}  // namespace cohort::sim
