// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/boot_timer.hpp"

#include <fmt/format.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace cohort::shell {

Result<std::unique_ptr<BootTimer>> BootTimer::create(boost::asio::io_context& io,
                                                     std::function<void()> expired) {
    const int fd = ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0)
        return Error{
            ErrorKind::refused,
            fmt::format("cannot create a timer: {}", std::generic_category().message(errno)),
            errno};
    std::unique_ptr<BootTimer> timer(new BootTimer(io, fd, std::move(expired)));
    timer->await();
    return timer;
}

BootTimer::BootTimer(boost::asio::io_context& io, int fd, std::function<void()> expired)
    : descriptor_(io, fd), expired_(std::move(expired)) {}

void BootTimer::set(core::Time at) {
    if (std::exchange(at_, at) == at)
        return;
    // All zeros would disarm it.
    const std::int64_t ns = std::max<std::int64_t>(at.time_since_epoch().count(), 1);
    itimerspec when{};
    when.it_value.tv_sec = ns / 1'000'000'000;
    when.it_value.tv_nsec = ns % 1'000'000'000;
    ::timerfd_settime(descriptor_.native_handle(), TFD_TIMER_ABSTIME, &when, nullptr);
}

void BootTimer::await() {
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
                               if (error || alive.expired())
                                   return;
                               std::uint64_t times = 0;
                               // Nothing to read: it was set anew meanwhile.
                               const bool due = ::read(descriptor_.native_handle(), &times,
                                                       sizeof times) == sizeof times;
                               await();
                               if (due) {
                                   at_.reset();
                                   expired_();
                               }
                           });
}

}  // namespace cohort::shell
