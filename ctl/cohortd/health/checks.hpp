// SPDX-License-Identifier: GPL-2.0-or-later
//
// The health checks of this node: well if every one of them is.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/health/link_watch.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cohort::health {

class Checks {
public:
    /// Called when healthy() changed, from within judge() and configure().
    using Changed = std::function<void(bool healthy)>;

    /// Judges at once. The watch outlives this.
    Checks(const LinkWatch& links, std::vector<config::Check> checks, Changed changed);

    /// To be called whenever the watch told of a change.
    void judge();

    /// Other checks from now on; their verdict counts at once.
    void configure(std::vector<config::Check> checks);

    bool healthy() const { return healthy_; }

private:
    const LinkWatch& links_;
    std::vector<config::Check> checks_;
    Changed changed_;
    std::map<std::string, DeviceState> last_;  ///< by check, for the log
    bool healthy_ = true;
};

}  // namespace cohort::health
