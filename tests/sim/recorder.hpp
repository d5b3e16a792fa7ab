// SPDX-License-Identifier: GPL-2.0-or-later
//
// Writes what the daemons of the hosts would trace (cohortd --trace), so that
// the check of traces can be tried on runs that are known to be wrong.
#pragma once

#include "ctl/cohortd/shell/trace.hpp"
#include "tests/sim/host.hpp"

#include <memory>
#include <string>
#include <vector>

namespace cohort::sim {

/// One boot of one host, since each boot has a clock of its own.
struct Recording {
    std::string path;
    Duration offset{};  ///< to be added to its times, for true time
};

/// Stands between the hosts and the observer that judges them.
class Recorder final : public Observer {
public:
    using Hosts = std::vector<std::unique_ptr<Host>>;

    Recorder(std::string directory, const Scheduler& scheduler, const Hosts& hosts, Observer& next)
        : directory_(std::move(directory)), scheduler_(scheduler), hosts_(hosts), next_(next) {}

    const std::vector<Recording>& recordings() const { return recordings_; }

    void before_step(std::size_t host, const core::Event& event, Time now) override;
    void after_step(std::size_t host, const core::Actions& actions, Time now) override;
    void acts(std::size_t host, const core::Action& action) override;
    void kernel_changed(std::size_t host) override;
    void started(std::size_t host) override;
    void frame_read(std::size_t host, const Frame& frame) override;
    void running_changed() override;

private:
    shell::Trace& trace(std::size_t host);

    std::string directory_;
    const Scheduler& scheduler_;
    const Hosts& hosts_;
    Observer& next_;
    std::vector<shell::Trace> traces_;  ///< by host; of its present boot
    std::vector<Recording> recordings_;
};

}  // namespace cohort::sim
