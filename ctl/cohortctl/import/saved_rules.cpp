// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/import/saved_rules.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace cohort::ctl {
namespace {

constexpr std::size_t kLongest = 16U << 20;

Error cannot_read(const std::string& source, int code) {
    return {ErrorKind::refused,
            fmt::format("cannot read {}: {}", source, std::generic_category().message(code)), code};
}

/// Reads to the end, and closes the descriptor.
Result<std::string> drain(int fd, const std::string& source) {
    std::string text;
    std::array<char, 65536> piece;
    int code = 0;
    for (;;) {
        const ssize_t got = ::read(fd, piece.data(), piece.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            code = got < 0 ? errno : 0;
            break;
        }
        text.append(piece.data(), static_cast<std::size_t>(got));
        if (text.size() > kLongest) {
            code = EFBIG;
            break;
        }
    }
    ::close(fd);
    if (code != 0)
        return cannot_read(source, code);
    return text;
}

/// What the program prints; its complaints go where ours do. Without the program:
/// ENOENT.
Result<std::string> output_of(const char* program) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return cannot_read(program, errno);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, pipe[1], STDOUT_FILENO);
    std::string name = program;
    std::array<char*, 2> arguments{name.data(), nullptr};
    pid_t child = 0;
    const int code = ::posix_spawnp(&child, program, &files, nullptr, arguments.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&files);
    ::close(pipe[1]);
    auto text = drain(pipe[0], program);
    if (code != 0)
        return cannot_read(program, code);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (text && status != 0)
        return Error{ErrorKind::refused,
                     fmt::format("{} failed; rules are told to root only", program), EPERM};
    return text;
}

}  // namespace

Result<SavedRules> read_rules(const std::string& path) {
    const bool standard = path == "-";
    const std::string source = standard ? "standard input" : path;
    const int fd = standard ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cannot_read(source, errno);
    auto text = drain(fd, source);
    if (!text)
        return text.error();
    return SavedRules{std::move(*text), source};
}

Result<SavedRules> ask_iptables() {
    for (const char* program : {"iptables-legacy-save", "iptables-save"}) {
        auto text = output_of(program);
        if (text)
            return SavedRules{std::move(*text), program};
        if (text.error().code != ENOENT)
            return text.error();
    }
    return Error{ErrorKind::unreachable,
                 "there is no iptables-legacy-save on this host; give its output with --file",
                 ENOENT};
}

}  // namespace cohort::ctl
