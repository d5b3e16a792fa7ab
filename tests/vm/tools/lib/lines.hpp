// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unistd.h>

#include <string>

namespace cohort::testbed {

/// Cuts what a descriptor gives into lines.
class Lines {
public:
    explicit Lines(int fd) : fd_(fd) {}

    /// Reads once and calls `line` for each whole line; false at the end.
    template <class OnLine>
    bool read(OnLine line) {
        char chunk[4096];
        const ssize_t got = ::read(fd_, chunk, sizeof chunk);
        if (got <= 0)
            return false;
        rest_.append(chunk, static_cast<std::size_t>(got));
        for (std::size_t end; (end = rest_.find('\n')) != std::string::npos;) {
            const std::string whole = rest_.substr(0, end);
            rest_.erase(0, end + 1);
            line(whole);
        }
        return true;
    }

private:
    int fd_;
    std::string rest_;
};

}  // namespace cohort::testbed
