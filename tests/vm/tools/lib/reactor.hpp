// SPDX-License-Identifier: GPL-2.0-or-later
//
// One thread that waits for descriptors and for moments: as few instructions
// as can be between a moment and its packet, since in a guest that counts
// instructions they are its time.
#pragma once

#include "tests/vm/tools/lib/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

namespace cohort::testbed {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using Duration = Clock::duration;

class Reactor {
public:
    using OnReady = std::function<void(std::uint32_t events)>;
    using OnTime = std::function<void()>;

    Reactor();

    /// Calls `ready` while one of `events` (EPOLLIN, EPOLLOUT) holds. The
    /// descriptor stays the caller's, who forgets it before closing it.
    void watch(int fd, std::uint32_t events, OnReady ready);
    void change(int fd, std::uint32_t events);
    void forget(int fd);

    /// Calls `due` once, not before `when`; equal moments in order of the calls.
    void at(Time when, OnTime due);

    /// Calls `due` each `period`, for as long as run() lasts. A late call is
    /// made up for, so that the count of calls is that of the periods.
    void every(Duration period, OnTime due);

    /// Returns after stop(); may be called again.
    void run();
    void stop() { running_ = false; }

private:
    void wait();
    void run_due();

    Descriptor epoll_;
    std::unordered_map<int, std::shared_ptr<OnReady>> watched_;
    std::multimap<Time, OnTime> moments_;
    bool running_ = true;
};

}  // namespace cohort::testbed
