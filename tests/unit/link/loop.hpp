// SPDX-License-Identifier: GPL-2.0-or-later
//
// An event loop for tests that wait for conditions, and what they send.
#pragma once

#include "ctl/cohortd/core/messages.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>

namespace cohort::link::test {

class Loop {
public:
    boost::asio::io_context& io() { return io_; }

    /// Runs until the condition holds; false if it does not within `patience`.
    template <class Condition>
    bool until(Condition condition, std::chrono::milliseconds patience = std::chrono::seconds{20}) {
        const auto give_up = std::chrono::steady_clock::now() + patience;
        while (!condition()) {
            if (std::chrono::steady_clock::now() >= give_up)
                return false;
            io_.run_one_until(give_up);
        }
        return true;
    }

    /// Runs for a while: for what must not happen.
    void pass(std::chrono::milliseconds time) {
        until([] { return false; }, time);
    }

private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};
};

inline core::Header header(core::NodeId sender, std::uint64_t seq) {
    core::Header header;
    header.sender = sender;
    header.session = 100U + sender;
    header.seq = seq;
    return header;
}

inline core::Heartbeat heartbeat(core::NodeId sender, std::uint64_t seq,
                                 std::vector<core::HeartbeatEntry> entries = {}) {
    return {header(sender, seq), std::move(entries)};
}

inline core::PlanFragment fragment(std::uint64_t epoch, std::uint16_t index,
                                   std::uint16_t count = 8) {
    core::PlanFragment fragment{header(1, 1), index, count, {std::byte{1}}};
    fragment.header.epoch.counter = epoch;
    return fragment;
}

}  // namespace cohort::link::test
