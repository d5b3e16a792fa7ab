// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/serial.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace cohort::link {
namespace {

using std::chrono::steady_clock;

/// More than the kernel keeps for a terminal; see Port::drain().
constexpr std::size_t kMostPerDrain = std::size_t{128} * 1024;
/// How often the driver is asked for its counts.
constexpr std::chrono::seconds kLookEvery{2};

struct Speed {
    unsigned baud;
    speed_t code;
};
constexpr std::array<Speed, 8> kSpeeds{{{9600, B9600},
                                        {19200, B19200},
                                        {38400, B38400},
                                        {57600, B57600},
                                        {115200, B115200},
                                        {230400, B230400},
                                        {460800, B460800},
                                        {921600, B921600}}};

speed_t speed_of(unsigned baud) {
    for (const Speed& speed : kSpeeds) {
        if (speed.baud == baud)
            return speed.code;
    }
    return B115200;
}

std::string reason(int code) {
    return std::generic_category().message(code);
}

/// Eight bits, no parity, one stop bit; every byte passes as it is.
bool set_raw(int fd, unsigned baud) {
    termios line{};
    if (::tcgetattr(fd, &line) != 0)
        return false;
    line.c_iflag = IGNBRK;
    line.c_oflag = 0;
    line.c_lflag = 0;
    line.c_cflag = CS8 | CREAD | CLOCAL;
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    return ::cfsetspeed(&line, speed_of(baud)) == 0 && ::tcsetattr(fd, TCSANOW, &line) == 0 &&
           ::tcflush(fd, TCIOFLUSH) == 0;
}

}  // namespace

SerialPort::SerialPort(boost::asio::io_context& io, PortUser& user, config::SerialLink config)
    : Port(io, user),
      config_(std::move(config)),
      pace_(config_.baud),
      push_timer_(io),
      look_timer_(io) {}

Result<int> SerialPort::open_device() {
    auto refused = [&](int code) {
        return Error{ErrorKind::refused,
                     fmt::format("cannot use {}: {}", config_.device, reason(code)), code};
    };
    const int fd = ::open(config_.device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return refused(errno);
    std::optional<Error> error;
    if (::isatty(fd) == 0)
        error = Error{ErrorKind::refused,
                      fmt::format("{} is not a serial device, such as /dev/ttyS1", config_.device),
                      ENOTTY};
    else if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
        error = Error{ErrorKind::refused,
                      fmt::format("{} is in use by another program; give the link a device of "
                                  "its own",
                                  config_.device),
                      EBUSY};
    else if (!set_raw(fd, config_.baud))
        error = refused(errno);
    if (error) {
        ::close(fd);
        return *error;
    }
    watch_.restart(read_line(fd));
    look_later();
    return fd;
}

void SerialPort::forget() {
    decoder_.reset();
    outbox_.clear();
    sending_.clear();
    pace_ = Pace(config_.baud);
    push_timer_.cancel();
    look_timer_.cancel();
    waiting_ = false;
    line_is_new_ = true;
}

bool SerialPort::read_device() {
    std::array<std::byte, 4096> chunk;
    for (std::size_t total = 0; total < kMostPerDrain;) {
        const ssize_t got = ::read(fd(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return true;
        if (got <= 0) {
            lose(got == 0 ? "it hung up" : reason(errno));
            return false;
        }
        total += static_cast<std::size_t>(got);
        decoder_.feed(
            std::span(chunk).first(static_cast<std::size_t>(got)),
            [&](std::span<const std::byte> packet) { user().on_packet(packet, std::nullopt); },
            [&](wire::Drop why) { user().on_drop(why); });
    }
    return true;
}

void SerialPort::send(Outgoing outgoing) {
    if (!is_open())
        return;
    outbox_.put(std::move(outgoing));
    if (!waiting_)
        push();
}

void SerialPort::push() {
    while (is_open()) {
        if (!sending_.empty() && !write_rest())
            return;
        if (outbox_.empty())
            return;
        const auto now = steady_clock::now();
        if (now < pace_.next()) {
            push_after(pace_.next() - now);
            return;
        }
        // The line may be slower than it says, or be held up.
        int queued = 0;
        if (::ioctl(fd(), TIOCOUTQ, &queued) == 0 && queued > 0) {
            push_after(time_on_line(static_cast<std::size_t>(queued), config_.baud));
            return;
        }
        sending_ = wire::cobs_encode(user().seal(*outbox_.next()).view());
        if (std::exchange(line_is_new_, false))
            sending_.insert(sending_.begin(), std::byte{0});
        pace_.sent(sending_.size(), now);
    }
}

/// False if push() is to be called again later, or the device was lost.
bool SerialPort::write_rest() {
    const ssize_t put = ::write(fd(), sending_.data(), sending_.size());
    if (put < 0 && errno != EAGAIN && errno != EINTR) {
        lose(reason(errno));
        return false;
    }
    if (put > 0)
        sending_.erase(sending_.begin(), sending_.begin() + put);
    if (sending_.empty())
        return true;
    push_when_writable();
    return false;
}

void SerialPort::push_after(std::chrono::nanoseconds delay) {
    waiting_ = true;
    push_timer_.expires_after(delay);
    push_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = std::static_pointer_cast<SerialPort>(weak.lock());
        if (!self || error)
            return;
        self->waiting_ = false;
        self->push();
    });
}

void SerialPort::push_when_writable() {
    waiting_ = true;
    descriptor().async_wait(boost::asio::posix::stream_descriptor::wait_write,
                            [weak = weak_from_this()](boost::system::error_code error) {
                                const auto self = std::static_pointer_cast<SerialPort>(weak.lock());
                                if (!self || error)
                                    return;
                                self->waiting_ = false;
                                self->push();
                            });
}

void SerialPort::look_later() {
    look_timer_.expires_after(kLookEvery);
    look_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = std::static_pointer_cast<SerialPort>(weak.lock());
        if (self && !error && self->is_open())
            self->look();
    });
}

void SerialPort::look() {
    for (const std::string_view grown : watch_.observe(read_line(fd())))
        user().on_trouble(grown);
    struct stat named {};
    struct stat open {};
    const bool other = ::stat(config_.device.c_str(), &named) == 0 && ::fstat(fd(), &open) == 0 &&
                       named.st_rdev != open.st_rdev;
    if (other)
        lose(fmt::format("{} leads to another device now", config_.device));
    else
        look_later();
}

}  // namespace cohort::link
