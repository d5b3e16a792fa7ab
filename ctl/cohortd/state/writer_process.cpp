// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/state/writer_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

namespace cohort::state {
namespace {

/// More than any plan; a longer job is a mistake of the program.
constexpr std::uint64_t kLongestRecord = 64 << 20;

/// All of it, or false at the end of the stream.
bool read_exactly(int fd, void* into, std::size_t size) {
    auto* at = static_cast<char*>(into);
    while (size > 0) {
        const ssize_t got = ::read(fd, at, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

[[noreturn]] void serve(int socket, int directory) {
    std::vector<std::byte> record;
    JobHeader job{};
    while (read_exactly(socket, &job, sizeof job) && job.length <= kLongestRecord) {
        record.resize(job.length);
        if (!read_exactly(socket, record.data(), record.size()))
            break;
        const JobDone done{job.ticket, replace_record(directory, record)};
        if (::write(socket, &done, sizeof done) != static_cast<ssize_t>(sizeof done))
            break;
    }
    ::_exit(0);
}

/// What the child has of the daemon: the two descriptors, as 3 and 4, and
/// standard error. It must not keep the daemon's sockets and devices open.
[[noreturn]] void become_writer(int socket, int directory, pid_t daemon) {
    // A stop asked of the whole group must not cost the last write: the end of
    // the socket ends this process, or the daemon's death does.
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1})
        ::signal(signal, SIG_IGN);
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != daemon)
        ::_exit(0);
    ::prctl(PR_SET_NAME, "cohortd-state");
    // Above the targets first, so that neither overwrites the other.
    const int high_socket = ::fcntl(socket, F_DUPFD, 10);
    const int high_directory = ::fcntl(directory, F_DUPFD, 10);
    if (high_socket < 0 || high_directory < 0 || ::dup2(high_socket, 3) != 3 ||
        ::dup2(high_directory, 4) != 4)
        ::_exit(1);
    ::close_range(5, ~0U, 0);
    serve(3, 4);
}

}  // namespace

Result<WriterProcess> start_writer(int directory) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error{ErrorKind::refused,
                     fmt::format("cannot start the state's writer: {}",
                                 std::generic_category().message(errno)),
                     errno};
    Handle ours(ends[0]);
    const Handle theirs(ends[1]);
    const pid_t daemon = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0)
        return Error{ErrorKind::refused,
                     fmt::format("cannot start the state's writer: {}",
                                 std::generic_category().message(errno)),
                     errno};
    if (pid == 0)
        become_writer(theirs.get(), directory, daemon);
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    return WriterProcess{pid, std::move(ours)};
}

}  // namespace cohort::state
