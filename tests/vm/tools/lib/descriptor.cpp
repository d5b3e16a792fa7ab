// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/lib/descriptor.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

namespace cohort::testbed {

Descriptor::~Descriptor() {
    if (fd_ >= 0)
        close(fd_);
}

void fail(std::string_view what) {
    fmt::print(stderr, "{}: {}\n", what, std::strerror(errno));
    std::exit(EXIT_FAILURE);
}

int must(int value, std::string_view what) {
    if (value < 0)
        fail(what);
    return value;
}

void raise_descriptor_limit() {
    rlimit limit{};
    must(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    must(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

}  // namespace cohort::testbed
