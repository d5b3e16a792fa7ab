// SPDX-License-Identifier: GPL-2.0-or-later
//
// The process beside the loop that waits for the disk, so that the loop need
// not. It reads jobs from a socket, carries them out, and answers each; it
// ends with the daemon.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/state/directory.hpp"

#include <sys/types.h>

#include <cstdint>

namespace cohort::state {

/// A job on the socket: this header, then `length` bytes of a record.
struct JobHeader {
    std::uint64_t ticket;
    std::uint64_t length;
};

/// What comes back: 0 or an errno.
struct JobDone {
    std::uint64_t ticket;
    std::int64_t code;
};

struct WriterProcess {
    pid_t pid;
    Handle socket;  ///< the daemon's end, non-blocking
};

/// Forks. The child keeps the directory's lock for as long as it lives.
Result<WriterProcess> start_writer(int directory);

}  // namespace cohort::state
