// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/lib/reactor.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <optional>

namespace cohort::testbed {

Reactor::Reactor() : epoll_(must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

void Reactor::watch(int fd, std::uint32_t events, OnReady ready) {
    watched_[fd] = std::make_shared<OnReady>(std::move(ready));
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    must(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

void Reactor::change(int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    must(epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
}

void Reactor::forget(int fd) {
    watched_.erase(fd);
    must(epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr), "epoll_ctl");
}

void Reactor::at(Time when, OnTime due) {
    moments_.emplace(when, std::move(due));
}

namespace {

void repeat(Reactor& reactor, Time when, Duration period,
            const std::shared_ptr<Reactor::OnTime>& due) {
    reactor.at(when, [&reactor, when, period, due] {
        (*due)();
        repeat(reactor, when + period, period, due);
    });
}

}  // namespace

void Reactor::every(Duration period, OnTime due) {
    repeat(*this, Clock::now() + period, period, std::make_shared<OnTime>(std::move(due)));
}

void Reactor::run() {
    running_ = true;
    while (running_) {
        wait();
        run_due();
    }
}

void Reactor::wait() {
    std::optional<timespec> timeout;
    if (!moments_.empty()) {
        const auto left = std::max(moments_.begin()->first - Clock::now(), Duration::zero());
        const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
        timeout = timespec{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
    }
    std::array<epoll_event, 64> events;
    const int count = epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   timeout ? &*timeout : nullptr, nullptr);
    if (count < 0 && errno != EINTR)
        fail("epoll_pwait2");
    for (int i = 0; i < count && running_; ++i) {
        // Looked up each time: an earlier call may have forgotten this one.
        const auto found = watched_.find(events[i].data.fd);
        if (found == watched_.end())
            continue;
        const auto ready = found->second;
        (*ready)(events[i].events);
    }
}

void Reactor::run_due() {
    const Time now = Clock::now();
    while (running_ && !moments_.empty() && moments_.begin()->first <= now) {
        auto moment = moments_.extract(moments_.begin());
        moment.mapped()();
    }
}

}  // namespace cohort::testbed
