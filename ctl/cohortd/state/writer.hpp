// SPDX-License-Identifier: GPL-2.0-or-later
//
// Makes plans durable without ever waiting for the disk.
#pragma once

#include "ctl/cohortd/core/types.hpp"
#include "ctl/cohortd/shell/said_once.hpp"
#include "ctl/cohortd/state/directory.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace cohort::state {

class Writer {
public:
    /// Called from the loop: the plan of that ticket is on the disk, or not.
    using Done = std::function<void(std::uint64_t ticket, bool ok)>;

    /// Starts the process beside the loop; do so while the daemon is small.
    /// The directory outlives the writer. `promise` is the voter's L_v.
    static Result<std::unique_ptr<Writer>> start(boost::asio::io_context& io,
                                                 const Directory& directory, Owner owner,
                                                 core::Duration promise, Done done);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// In the order of the calls; answers come later, never from in here. If
    /// the process dies, what was asked of it fails, and the next call starts
    /// another one.
    void persist(std::uint64_t ticket, const core::Plan& plan);

    /// Of the process beside the loop; 0 while there is none.
    pid_t process() const;

private:
    struct Line;  ///< one process and the jobs that it has

    Writer(boost::asio::io_context& io, const Directory& directory, Owner owner,
           core::Duration promise, Done done);
    Result<void> start_line();
    static void send_front(const std::shared_ptr<Line>& line);
    static boost::asio::awaitable<void> hear_answers(std::shared_ptr<Line> line);
    void on_end(Line& line);
    void complain(int code);

    boost::asio::io_context& io_;
    const Directory& directory_;
    Owner owner_;
    core::Duration promise_;
    Done done_;
    shell::SaidOnce said_;
    std::shared_ptr<Line> line_;
};

}  // namespace cohort::state
