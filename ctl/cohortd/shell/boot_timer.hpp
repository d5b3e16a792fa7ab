// SPDX-License-Identifier: GPL-2.0-or-later
//
// A timer on CLOCK_BOOTTIME: time spent suspended counts, as it does for the
// kernel's leases.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/core/types.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace cohort::shell {

class BootTimer {
public:
    /// `expired` is called from the loop, once for each time that was set.
    static Result<std::unique_ptr<BootTimer>> create(boost::asio::io_context& io,
                                                     std::function<void()> expired);

    /// Replaces what was set before; a time that is past expires at once.
    void set(core::Time at);

private:
    BootTimer(boost::asio::io_context& io, int fd, std::function<void()> expired);
    void await();

    boost::asio::posix::stream_descriptor descriptor_;
    std::optional<core::Time> at_;  ///< set, and not expired yet
    std::function<void()> expired_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace cohort::shell
