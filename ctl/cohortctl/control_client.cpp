// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/control_client.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace cohort::ctl {
namespace {

/// More than the status of 64 nodes with all their links.
constexpr std::size_t kLongestAnswer = 16U << 20;

Error unreachable(const std::string& path, const std::string& reason, int code = 0) {
    return {ErrorKind::unreachable, fmt::format("cohortd does not answer at {}: {}", path, reason),
            code};
}

Error unreachable(const std::string& path, int code) {
    if (code == ENOENT || code == ECONNREFUSED)
        return unreachable(path, "it does not run; 'systemctl start cohortd' starts it", code);
    if (code == EACCES || code == EPERM)
        return unreachable(path, "only root may ask it; use sudo", code);
    if (code == EAGAIN || code == EWOULDBLOCK)
        return unreachable(path, "no answer in time", code);
    return unreachable(path, std::generic_category().message(code), code);
}

class Connection {
public:
    Connection() : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    ~Connection() {
        if (fd_ >= 0)
            close(fd_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// 0, or an errno; so do the others.
    int open(const std::string& path, std::chrono::milliseconds patience) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.size() >= sizeof(address.sun_path))
            return ENAMETOOLONG;
        std::memcpy(address.sun_path, path.data(), path.size());
        const timeval limit{.tv_sec = patience.count() / 1000,
                            .tv_usec = patience.count() % 1000 * 1000};
        if (fd_ < 0 || setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
            setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0 ||
            connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
            return errno;
        return 0;
    }

    int write(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EINTR)
                return errno;
            if (sent > 0)
                text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return 0;
    }

    /// A line, or what came until the end.
    int read_line(std::string& line) const {
        std::array<char, 4096> piece;
        while (line.find('\n') == std::string::npos) {
            const ssize_t got = recv(fd_, piece.data(), piece.size(), 0);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return errno;
            if (got == 0)
                return 0;
            line.append(piece.data(), static_cast<std::size_t>(got));
            if (line.size() > kLongestAnswer)
                return EMSGSIZE;
        }
        line.resize(line.find('\n'));
        return 0;
    }

private:
    int fd_;
};

}  // namespace

std::string control_socket_path() {
    const char* path = std::getenv("COHORT_SOCKET");
    return path && *path ? path : "/run/cohort/cohortd.sock";
}

Result<Answer> ask_cohortd(const std::string& path, const std::string& request,
                           std::chrono::milliseconds patience) {
    const Connection connection;
    std::string line;
    if (const int code = connection.open(path, patience); code != 0)
        return unreachable(path, code);
    if (const int code = connection.write(Json{{"request", request}}.dump() + "\n"); code != 0)
        return unreachable(path, code);
    if (const int code = connection.read_line(line); code != 0)
        return unreachable(path, code);

    const Json answer = Json::parse(line, nullptr, false);
    const auto ok = answer.is_object() ? answer.find("ok") : answer.end();
    if (ok == answer.end() || !ok->is_boolean())
        return unreachable(path, "what came is not an answer of cohortd");
    if (!ok->get<bool>()) {
        const auto words = answer.find("error");
        return Error{ErrorKind::refused,
                     words != answer.end() && words->is_string() ? words->get<std::string>()
                                                                 : "cohortd refused",
                     0};
    }
    return Answer{answer.value("result", Json::object())};
}

}  // namespace cohort::ctl
