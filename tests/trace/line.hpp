// SPDX-License-Identifier: GPL-2.0-or-later
//
// One line of a trace: what ctl/cohortd/shell/trace.hpp writes, as the types
// of the core.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/core/machine.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cohort::trace {

/// Fields are read as they are asked for; one that is missing or of another
/// type throws nlohmann::json::exception or std::invalid_argument.
class Line {
public:
    /// Refuses what is not an object with "t" and "event". A line that a killed
    /// daemon did not finish may have the next one's start at its end; that
    /// counts.
    static Result<Line> parse(const std::string& text);

    core::Time at() const { return at_; }
    const std::string& event() const { return event_; }

    // ---- by event
    core::MachineConfig config() const;                             ///< start
    core::Start start(const core::MachineConfig& config) const;     ///< start
    std::uint64_t session() const;                                  ///< start
    core::Plan plan(core::NodeId self, std::size_t buckets) const;  ///< start, accept
    std::uint64_t digest() const;                                   ///< start, members, accept
    std::vector<core::Member> members() const;                      ///< start, members
    core::FrameRead heard(core::NodeId self) const;                 ///< heard
    core::Message sent(core::NodeId self) const;                    ///< sent
    core::Time reading() const;                                     ///< wake
    core::KernelSet kernel_set(std::size_t buckets) const;          ///< kernel_set
    core::KernelRenew kernel_renew() const;                         ///< kernel_renew
    std::uint64_t ticket() const;                                   ///< persist…, kernel_…
    bool off() const;                                               ///< fence_done
    bool ok() const;                                                ///< …_done
    core::EpochId id() const;                                       ///< persist and others

private:
    core::Header header(core::NodeId sender) const;

    core::Time at_;
    std::string event_;
    nlohmann::json body_;
};

}  // namespace cohort::trace
