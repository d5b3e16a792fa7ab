// SPDX-License-Identifier: GPL-2.0-or-later
//
// The health checks of this node: well if every one of them is.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/health/link_watch.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cohort::health {

class Checks {
public:
    /// Called from the loop when healthy() changed.
    using Changed = std::function<void(bool healthy)>;

    static Result<std::unique_ptr<Checks>> start(boost::asio::io_context& io,
                                                 std::vector<config::Check> checks,
                                                 Changed changed);

    /// Other checks from now on; their verdict counts at once.
    void configure(std::vector<config::Check> checks);

    bool healthy() const { return healthy_; }

private:
    Checks(std::vector<config::Check> checks, Changed changed);
    void judge();

    std::vector<config::Check> checks_;
    Changed changed_;
    std::map<std::string, DeviceState> last_;  ///< by check, for the log
    bool healthy_ = true;
    std::unique_ptr<LinkWatch> links_;
};

}  // namespace cohort::health
