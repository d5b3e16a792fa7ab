// SPDX-License-Identifier: GPL-2.0-or-later
//
// When the next frame may begin on a serial line: half of the line at most is
// ever used, whatever there is to send, so that what is sent arrives soon, and
// a clock or a line that is a little off never lets frames pile up. Pure; time
// is an argument.
#pragma once

#include <chrono>
#include <cstddef>

namespace cohort::link {

/// How long a line needs for a number of bytes, at ten bits each.
std::chrono::nanoseconds time_on_line(std::size_t bytes, unsigned baud);

class Pace {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// So many bytes may go at full speed after a pause: a heartbeat, and the
    /// one that an event sends after it.
    static constexpr std::size_t kBurstBytes = 256;

    explicit Pace(unsigned baud) : baud_(baud) {}

    /// A frame of so many bytes begins now.
    void sent(std::size_t bytes, Time now);

    /// When the next one may begin.
    Time next() const;

private:
    unsigned baud_;
    Time free_at_{};  ///< when the line has sent all
    Time paid_at_{};  ///< when a line of half the speed would have
};

}  // namespace cohort::link
