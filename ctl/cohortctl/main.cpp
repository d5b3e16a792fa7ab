// SPDX-License-Identifier: GPL-2.0-or-later
//
// cohortctl: one command, one exit status, one line of error.
#include "ctl/cohortctl/command_line.hpp"
#include "ctl/cohortctl/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

namespace {

using cohort::ErrorKind;
using cohort::Result;

/// Puts something in the place of standard descriptors that are closed, or a
/// socket would take their numbers and be written to as if it were one. What
/// is put there is of the wrong direction, so that its use is an error still.
void occupy_standard_descriptors() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

int exit_status(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::usage:
            return 1;
        case ErrorKind::refused:
            return 2;
        case ErrorKind::unreachable:
            return 3;
    }
    return 2;
}

Result<void> run(int argc, char** argv) {
    cohort::ctl::Session session;
    const auto parser = cohort::ctl::make_parser(session);
    const auto text = cohort::ctl::parse_command_line(*parser, {argv + 1, argv + argc});
    if (!text)
        return text.error();
    if (!text->empty())
        return cohort::ctl::print(*text);
    return session.run();
}

}  // namespace

int main(int argc, char** argv) try {
    occupy_standard_descriptors();
    if (const auto done = run(argc, argv); !done) {
        std::fprintf(stderr, "%s\n", cohort::ctl::error_line(done.error()).c_str());
        return exit_status(done.error().kind);
    }
    return 0;
} catch (const std::exception& failure) {
    std::fprintf(stderr, "cohortctl: %s\n", failure.what());
    return exit_status(ErrorKind::refused);
}
