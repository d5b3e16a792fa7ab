// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/line_watch.hpp"

#include <linux/serial.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <array>

namespace cohort::link {
namespace {

struct Kind {
    std::uint64_t LineErrors::*count;
    std::string_view words;
};
constexpr std::array<Kind, 4> kKinds{{
    {&LineErrors::overrun,
     "the serial port lost bytes that were not fetched in time (overrun): this host is too busy "
     "for the line; use a lower baud rate or a port with a larger buffer"},
    {&LineErrors::framing,
     "framing errors on the line: check that both ends have the same baud rate and 8N1; if they "
     "do, it is noise: check cable and ground"},
    {&LineErrors::parity,
     "parity errors on the line: it must run 8N1 at both ends, without parity"},
    {&LineErrors::breaks,
     "breaks on the line: the far end runs at a lower baud rate, or the cable is loose"},
}};

/// How much a count of 32 bits rose; one that fell was started anew.
std::uint64_t growth(std::uint64_t before, std::uint64_t now) {
    return now >= before ? now - before : now;
}

}  // namespace

LineReading read_line(int fd) {
    LineReading reading;
    serial_icounter_struct counts{};
    if (::ioctl(fd, TIOCGICOUNT, &counts) == 0) {
        const auto unsign = [](int count) {
            return static_cast<std::uint64_t>(static_cast<std::uint32_t>(count));
        };
        reading.errors = LineErrors{unsign(counts.overrun) + unsign(counts.buf_overrun),
                                    unsign(counts.frame), unsign(counts.parity), unsign(counts.brk),
                                    unsign(counts.cts) + unsign(counts.dsr) + unsign(counts.dcd)};
    }
    int lines = 0;
    if (::ioctl(fd, TIOCMGET, &lines) == 0)
        reading.modem = ModemLines{(lines & TIOCM_CTS) != 0, (lines & TIOCM_DSR) != 0,
                                   (lines & TIOCM_CAR) != 0};
    return reading;
}

void LineWatch::restart(const LineReading& reading) {
    last_ = reading.errors;
    modem_ = reading.modem;
    if (last_ && !errors_)
        errors_.emplace();
}

std::vector<std::string_view> LineWatch::observe(const LineReading& reading) {
    std::vector<std::string_view> grown;
    modem_ = reading.modem;
    if (reading.errors && last_) {
        for (const Kind& kind : kKinds) {
            const std::uint64_t more = growth((*last_).*kind.count, (*reading.errors).*kind.count);
            (*errors_).*kind.count += more;
            if (more > 0)
                grown.push_back(kind.words);
        }
        errors_->turns += growth(last_->turns, reading.errors->turns);
    }
    last_ = reading.errors;
    if (last_ && !errors_)
        errors_.emplace();
    return grown;
}

}  // namespace cohort::link
