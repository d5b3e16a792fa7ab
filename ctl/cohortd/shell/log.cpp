// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/log.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace cohort::shell {
namespace {

Level g_least = Level::info;
std::size_t g_lost = 0;

bool has_room() {
    pollfd out{STDERR_FILENO, POLLOUT, 0};
    return ::poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0;
}

void write_line(Level level, std::string_view text) {
    // Longer ones could block a pipe that has just some room.
    constexpr std::size_t kLongest = 1024;
    static const bool for_person = ::isatty(STDERR_FILENO) == 1;
    std::string line = for_person ? "" : fmt::format("<{}>", static_cast<int>(level));
    const std::size_t start = line.size();
    line += text.substr(0, kLongest);
    std::replace_if(
        line.begin() + static_cast<std::ptrdiff_t>(start), line.end(),
        [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    line += '\n';
    if (!has_room() || ::write(STDERR_FILENO, line.data(), line.size()) < 0)
        ++g_lost;
}

}  // namespace

void set_log_level(Level least) {
    g_least = least;
}

void log_line(Level level, std::string_view text) {
    if (level > g_least)
        return;
    if (g_lost > 0 && has_room())
        write_line(Level::warning,
                   fmt::format("{} lines of this log were lost", std::exchange(g_lost, 0)));
    write_line(level, text);
}

}  // namespace cohort::shell
