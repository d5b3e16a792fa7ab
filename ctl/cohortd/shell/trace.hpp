// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the daemon did to the kernel and to its disk, as lines of JSON, for
// those who check a run afterwards (protocol section 12.5).
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/core/machine.hpp"

#include <cstdio>
#include <memory>
#include <string>

namespace cohort::shell {

/// Every line has "t", nanoseconds of CLOCK_BOOTTIME, and "event":
///   start        node, session, epoch (accepted), digest (of the configuration)
///   kernel_set   ticket, epoch, deadline, new and old (LISTs of buckets whose
///                right the kernel is given); written before the kernel is told
///   kernel_done  ticket, ok
///   kernel_renew epoch, deadline
///   persist      ticket, epoch, planner, plan_digest
///   persist_done ticket, ok
///   fence        ticket, node (the agent is started)
///   fence_done   ticket, off
///   note         level, text
///   stopped
class Trace {
public:
    /// Writes nowhere.
    Trace() = default;
    /// Appends to a file.
    static Result<Trace> open(const std::string& path);

    explicit operator bool() const { return file_ != nullptr; }

    void start(const core::MachineConfig& config, const core::Start& start);
    void action(const core::Action& action);
    void kernel_done(const core::KernelDone& done);
    void persist_done(const core::PersistDone& done);
    void fence_done(const core::FenceDone& done);

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    void line(const std::string& rest);

    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace cohort::shell
