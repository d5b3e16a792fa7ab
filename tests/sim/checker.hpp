// SPDX-License-Identifier: GPL-2.0-or-later
//
// Shows the hosts to the checker of the protocol's invariants, and judges
// whether the run kept the assumption of mode links.
#pragma once

#include "tests/invariants/checker.hpp"
#include "tests/sim/host.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cohort::sim {

class Checker final : public Observer, private invariants::Clocks {
public:
    using Hosts = std::vector<std::unique_ptr<Host>>;

    Checker(const Scheduler& scheduler, Assumption& assumption, const Hosts& hosts)
        : scheduler_(scheduler), assumption_(assumption), hosts_(hosts) {}

    /// Call once the hosts stand.
    void begin();

    /// What was violated first, if anything: the invariant and how.
    const std::optional<std::string>& violation() const { return invariants_->violation(); }

    /// Which host serves this right of this bucket now, by index.
    std::vector<std::size_t> servers(std::size_t bucket, core::Rights right) const {
        return invariants_->servers(bucket, right);
    }

    /// Every bucket is served by exactly one host, with both rights.
    bool all_served() const;

    /// Virtual takeovers and real openings seen, to show that a run had any.
    std::size_t takeovers() const { return invariants_->takeovers(); }
    std::size_t openings() const { return invariants_->openings(); }

    /// Looks at who serves (I1, I4, I8) only, not at what was said or set.
    void only_ownership() { invariants_->only_ownership(); }
    /// Two may serve the same from now on, or not any more.
    void expect_overlap(bool expected) { invariants_->expect_overlap(expected); }

    void before_step(std::size_t host, const core::Event& event, Time now) override;
    void after_step(std::size_t host, const core::Actions& actions, Time now) override;
    void acts(std::size_t host, const core::Action& action) override;
    void kernel_changed(std::size_t host) override;
    void started(std::size_t host) override;
    void frame_read(std::size_t host, const Frame& frame) override;
    void running_changed() override;

private:
    /// What does not run is over, as far as others can tell.
    Time now(std::size_t host) const override {
        return hosts_[host]->powered() ? hosts_[host]->now() : Time::max();
    }
    Duration shared(std::size_t host, Time local) const override {
        return hosts_[host]->when(local);
    }
    /// NodeClock::when() is as exact.
    Duration doubt() const override { return std::chrono::microseconds{2}; }

    const Scheduler& scheduler_;
    Assumption& assumption_;
    const Hosts& hosts_;
    std::vector<Time> last_step_;
    std::optional<invariants::Checker> invariants_;
};

}  // namespace cohort::sim
