// SPDX-License-Identifier: GPL-2.0-or-later
//
// In a network namespace of its own, whose only device is lo.
#include "ctl/cohortd/health/checks.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <vector>

namespace cohort::health {
namespace {

/// An unprivileged user gets the right to a network namespace with a user
/// namespace around it.
bool enter_own_network() {
    static const bool entered =
        ::unshare(CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
    return entered;
}

void set_lo(bool up) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    ASSERT_EQ(::ioctl(fd, SIOCGIFFLAGS, &request), 0);
    request.ifr_flags =
        static_cast<short>(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
    ASSERT_EQ(::ioctl(fd, SIOCSIFFLAGS, &request), 0);
    ::close(fd);
}

class Health : public testing::Test {
protected:
    void SetUp() override {
        if (!enter_own_network())
            GTEST_SKIP() << "this host allows no network namespaces";
        set_lo(true);
    }

    template <class Condition>
    bool until(Condition condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!condition() && std::chrono::steady_clock::now() < give_up)
            io_.run_one_until(give_up);
        return condition();
    }

    boost::asio::io_context io_;
};

TEST_F(Health, StateOfADeviceIsKnownAtOnce) {
    const auto watch = LinkWatch::start(io_, [] {});
    ASSERT_TRUE(watch.has_value()) << watch.error().message;
    EXPECT_EQ((*watch)->state_of("lo"), DeviceState::up);
    EXPECT_EQ((*watch)->state_of("nosuchdev0"), DeviceState::absent);
}

TEST_F(Health, ChangesAreToldAsTheyHappen) {
    int told = 0;
    const auto watch = LinkWatch::start(io_, [&] { ++told; });
    ASSERT_TRUE(watch.has_value());
    set_lo(false);
    ASSERT_TRUE(until([&] { return (*watch)->state_of("lo") == DeviceState::down; }));
    EXPECT_EQ(told, 1);
    set_lo(true);
    ASSERT_TRUE(until([&] { return (*watch)->state_of("lo") == DeviceState::up; }));
    EXPECT_EQ(told, 2);
}

class Verdict : public Health {
protected:
    /// The checks of this node, which follow its devices.
    Checks& watched(std::vector<config::Check> checks) {
        watch_ = *LinkWatch::start(io_, [this] { checks_->judge(); });
        checks_ = std::make_unique<Checks>(*watch_, std::move(checks),
                                           [this](bool healthy) { told_.push_back(healthy); });
        return *checks_;
    }

    std::unique_ptr<LinkWatch> watch_;
    std::unique_ptr<Checks> checks_;
    std::vector<bool> told_;
};

TEST_F(Verdict, IsSickWhileTheDeviceHasNoLink) {
    const Checks& checks = watched({{"uplink", "lo"}});
    EXPECT_TRUE(checks.healthy());
    EXPECT_TRUE(told_.empty());
    set_lo(false);
    ASSERT_TRUE(until([&] { return !checks.healthy(); }));
    set_lo(true);
    ASSERT_TRUE(until([&] { return checks.healthy(); }));
    EXPECT_EQ(told_, (std::vector<bool>{false, true}));
}

TEST_F(Verdict, OneFailingCheckIsEnough) {
    Checks& checks = watched({{"uplink", "lo"}, {"other", "nosuchdev0"}});
    EXPECT_FALSE(checks.healthy());
    EXPECT_EQ(told_, (std::vector<bool>{false}));
    checks.configure({{"uplink", "lo"}});
    EXPECT_TRUE(checks.healthy());
    EXPECT_EQ(told_, (std::vector<bool>{false, true}));
}

TEST_F(Verdict, WithoutChecksANodeIsWell) {
    EXPECT_TRUE(watched({}).healthy());
    EXPECT_TRUE(told_.empty());
}

}  // namespace
}  // namespace cohort::health
