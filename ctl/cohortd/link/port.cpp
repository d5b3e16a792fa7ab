// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/port.hpp"

#include <algorithm>

namespace cohort::link {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstRetry{100};
constexpr std::chrono::milliseconds kLastRetry{5000};
/// A device that stayed this long is taken for a sound one. One that comes and
/// goes faster is retried ever later, since each return restarts the silence
/// clock (R24) and so would put takeovers off for good.
constexpr std::chrono::seconds kSound{30};

}  // namespace

Port::Port(boost::asio::io_context& io, PortUser& user)
    : io_(io), user_(user), descriptor_(io), retry_(io), back_off_(kFirstRetry) {}

void Port::start() {
    open();
}

void Port::stop() {
    stopped_ = true;
    retry_.cancel();
    boost::system::error_code ignored;
    descriptor_.close(ignored);
}

void Port::drain() {
    if (is_open() && !stopped_)
        read_device();
}

void Port::open() {
    auto device = open_device();
    if (!device) {
        user_.on_trouble(device.error().message);
        open_later();
        return;
    }
    descriptor_.assign(*device);
    opened_at_ = steady_clock::now();
    user_.on_open();
    await_input();
}

void Port::open_later() {
    retry_.expires_after(back_off_);
    back_off_ = std::min(back_off_ * 2, kLastRetry);
    retry_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = weak.lock();
        if (self && !error && !self->stopped_ && !self->is_open())
            self->open();
    });
}

void Port::await_input() {
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [weak = weak_from_this()](boost::system::error_code error) {
                               const auto self = weak.lock();
                               if (!self || error || self->stopped_ || !self->is_open())
                                   return;
                               if (self->read_device())
                                   self->await_input();
                           });
}

void Port::lose(std::string_view why) {
    if (!is_open())
        return;
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    forget();
    if (steady_clock::now() - opened_at_ >= kSound)
        back_off_ = kFirstRetry;
    user_.on_lost(why);
    if (!stopped_)
        open_later();
}

}  // namespace cohort::link
