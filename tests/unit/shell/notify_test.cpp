// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/notify.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace cohort::shell {
namespace {

/// A service manager at an abstract or a file's address.
class Manager {
public:
    explicit Manager(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        if (path[0] == '@')
            address.sun_path[0] = '\0';
        fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address),
                         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size())),
                  0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~Manager() {
        ::close(fd_);
        ::unsetenv("NOTIFY_SOCKET");
    }
    std::string heard() const {
        std::array<char, 256> text{};
        const ssize_t size = ::recv(fd_, text.data(), text.size(), 0);
        return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "";
    }

private:
    int fd_;
};

TEST(Notify, ReachesTheManagerByEitherKindOfAddress) {
    const std::string unique = "cohort-notify-test-" + std::to_string(::getpid());
    {
        const Manager manager("@" + unique);
        notify("READY=1");
        EXPECT_EQ(manager.heard(), "READY=1");
    }
    const std::string path = testing::TempDir() + unique;
    const Manager manager(path);
    notify("STOPPING=1\nSTATUS=x");
    EXPECT_EQ(manager.heard(), "STOPPING=1\nSTATUS=x");
    ::unlink(path.c_str());
}

TEST(Notify, WithoutAManagerItDoesNothing) {
    ::unsetenv("NOTIFY_SOCKET");
    notify("READY=1");
    ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    notify("READY=1");
    ::setenv("NOTIFY_SOCKET", "relative", 1);
    notify("READY=1");
    ::unsetenv("NOTIFY_SOCKET");
}

TEST(WatchdogPeriod, IsThisProcesssAlone) {
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
    EXPECT_EQ(watchdog_period(), std::nullopt);
    ::setenv("WATCHDOG_USEC", "3000000", 1);
    EXPECT_EQ(watchdog_period(), std::chrono::seconds{3});
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    EXPECT_EQ(watchdog_period(), std::chrono::seconds{3});
    ::setenv("WATCHDOG_PID", "1", 1);
    EXPECT_EQ(watchdog_period(), std::nullopt);
    ::unsetenv("WATCHDOG_PID");
    for (const char* nonsense : {"", "0", "-1", "soon"}) {
        ::setenv("WATCHDOG_USEC", nonsense, 1);
        EXPECT_EQ(watchdog_period(), std::nullopt) << nonsense;
    }
    ::unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace cohort::shell
