// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/notify.hpp"

#include "ctl/base/number.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace cohort::shell {

void notify(std::string_view state) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr || (path[0] != '/' && path[0] != '@'))
        return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(path);
    if (length >= sizeof address.sun_path)
        return;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0';  // Linux's abstract namespace
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    // A manager that does not listen is no reason to fail.
    (void)!::sendto(fd, state.data(), state.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&address), size);
    ::close(fd);
}

std::optional<std::chrono::microseconds> watchdog_period() {
    const char* microseconds = std::getenv("WATCHDOG_USEC");
    const char* process = std::getenv("WATCHDOG_PID");
    if (microseconds == nullptr)
        return std::nullopt;
    if (process != nullptr && parse_decimal(process) != static_cast<std::uint64_t>(::getpid()))
        return std::nullopt;
    const auto period = parse_decimal(microseconds);
    if (!period || *period == 0)
        return std::nullopt;
    return std::chrono::microseconds(*period);
}

}  // namespace cohort::shell
