// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/netns.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace cohort::netlink {
namespace {

Error cannot(const std::string& name, int code) {
    const std::string reason = std::generic_category().message(code);
    if (code == ENOENT)
        return {ErrorKind::refused,
                fmt::format("there is no network namespace '{}'; 'ip netns' lists them", name),
                code};
    if (code == EPERM || code == EACCES)
        return {ErrorKind::refused,
                fmt::format("cannot enter network namespace '{}': {}; this needs CAP_SYS_ADMIN",
                            name, reason),
                code};
    return {ErrorKind::refused,
            fmt::format("cannot enter network namespace '{}': {}", name, reason), code};
}

}  // namespace

Result<NetnsScope> NetnsScope::enter(const std::optional<std::string>& name) {
    if (!name)
        return NetnsScope(-1);
    if (name->empty() || name->find('/') != std::string::npos || *name == "." || *name == "..")
        return usage_error(
            fmt::format("'{}' is not a name of a network namespace; 'ip netns' lists them", *name));

    const std::string path = "/run/netns/" + *name;
    const int away = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (away < 0)
        return cannot(*name, errno);
    const int home = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    const bool moved = home >= 0 && setns(away, CLONE_NEWNET) == 0;
    const int code = errno;
    ::close(away);
    if (moved)
        return NetnsScope(home);
    if (home >= 0)
        ::close(home);
    return cannot(*name, code);
}

NetnsScope::NetnsScope(NetnsScope&& other) noexcept : home_(std::exchange(other.home_, -1)) {}

NetnsScope::~NetnsScope() {
    if (home_ < 0)
        return;
    if (setns(home_, CLONE_NEWNET) != 0) {
        std::perror("cannot return to the network namespace of the start");
        std::abort();
    }
    ::close(home_);
}

}  // namespace cohort::netlink
