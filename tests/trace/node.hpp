// SPDX-License-Identifier: GPL-2.0-or-later
//
// Tells the checker of the invariants what the lines of one node say.
#pragma once

#include "tests/invariants/checker.hpp"
#include "tests/trace/kernel.hpp"
#include "tests/trace/line.hpp"

#include <map>
#include <string>
#include <vector>

namespace cohort::trace {

/// These may be of one cluster: they differ in the members, which come and go (R22),
/// or not at all.
bool same_cluster(const core::MachineConfig& a, const core::MachineConfig& b);

class Node {
public:
    Node(std::size_t index, core::MachineConfig config, core::Duration doubt,
         invariants::Checker& checker);

    /// `now`: the line's moment on the shared time line. Throws what Line does.
    void apply(const Line& line, core::Duration now);

    /// Its kernel is gone: it was fenced, or what comes is of another boot.
    void loses_power();

    /// Time goes on: what was doubtful becomes sure.
    void pass(core::Duration now);

    core::NodeId id() const { return config_.self; }

private:
    void start(const Line& line, core::Duration now);
    void heard(const Line& line);
    void sent(const Line& line);
    void update_kernel(const Line& line, core::Duration now);
    void told(const core::Event& event, core::Time at) { checker_.before_step(index_, event, at); }
    void did(const core::Action& action, core::Time at);
    void accept(core::Plan plan, core::Time at);
    void follow(std::uint64_t digest);
    void show_kernel();

    std::size_t index_;
    core::MachineConfig config_;                                  ///< that of its first start
    std::map<std::uint64_t, std::vector<core::Member>> members_;  ///< by digest, as far as told
    invariants::Checker& checker_;
    core::Duration doubt_;
    Kernel kernel_;
    Kernel::Surely shown_;
    core::Plan plan_;
    core::EpochId durable_;
    std::map<std::uint64_t, core::EpochId> being_written_;  ///< by ticket
    /// The peers' sessions in the order of their first frames: what tells which
    /// of two frames was sent later.
    std::map<core::NodeId, std::vector<std::uint64_t>> sessions_;
};

}  // namespace cohort::trace
