// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configured command that turns a node's power off (quorum mode fence,
// protocol R23).
#pragma once

#include "ctl/cohortd/config/config.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string>
#include <vector>

namespace cohort::fence {

/// Runs the command without a shell and beside the loop: one attempt after the
/// other until one confirms, by exit status 0, or all have failed. Each has its
/// own process group, which is killed when its time is up.
class Agent {
public:
    /// True: the command confirms that the node is off.
    using Done = std::function<void(bool off)>;
    /// Asked before each attempt but the first: a node that is heard again is let be.
    using Wanted = std::function<bool()>;

    Agent(boost::asio::io_context& io, const config::FenceAgent& agent, const config::Node& victim);
    /// Kills an attempt that is under way; its `done` is not called.
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    /// One at a time: not before the last one was done.
    void start(Done done, Wanted wanted);

private:
    void attempt();
    void on_exit(boost::system::error_code error);
    void on_timeout();
    void failed(const std::string& why);

    std::string name_;
    std::vector<std::string> command_;
    std::vector<std::string> environment_;
    core::Duration timeout_;
    unsigned attempts_;
    unsigned attempt_ = 0;
    Done done_;
    Wanted wanted_;
    pid_t pid_ = -1;
    bool timed_out_ = false;
    boost::asio::posix::stream_descriptor exited_;  ///< the pidfd
    boost::asio::steady_timer timer_;
};

}  // namespace cohort::fence
