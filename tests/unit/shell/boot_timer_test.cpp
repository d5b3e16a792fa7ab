// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/boot_timer.hpp"

#include "ctl/cohortd/shell/clock.hpp"

#include <gtest/gtest.h>

namespace cohort::shell {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class BootTimerTest : public testing::Test {
protected:
    bool expires(int times) {
        const auto give_up = std::chrono::steady_clock::now() + seconds{20};
        while (expired_ < times && std::chrono::steady_clock::now() < give_up)
            io_.run_one_until(give_up);
        return expired_ >= times;
    }

    boost::asio::io_context io_;
    int expired_ = 0;
    std::unique_ptr<BootTimer> timer_ = *BootTimer::create(io_, [this] { ++expired_; });
};

TEST_F(BootTimerTest, ExpiresOnceNotBeforeItsTime) {
    const core::Time at = boot_now() + milliseconds{50};
    timer_->set(at);
    ASSERT_TRUE(expires(1));
    EXPECT_GE(boot_now(), at);
    io_.run_for(milliseconds{20});
    EXPECT_EQ(expired_, 1);
}

TEST_F(BootTimerTest, ATimeThatIsPastExpiresAtOnce) {
    timer_->set(core::Time{});
    ASSERT_TRUE(expires(1));
    timer_->set(boot_now() - seconds{5});
    ASSERT_TRUE(expires(2));
}

TEST_F(BootTimerTest, SettingItAnewReplacesTheTime) {
    const core::Time later = boot_now() + milliseconds{100};
    timer_->set(boot_now() + milliseconds{1});
    timer_->set(later);
    ASSERT_TRUE(expires(1));
    EXPECT_GE(boot_now(), later);
}

TEST_F(BootTimerTest, MayBeDestroyedWhileItWaits) {
    timer_->set(core::Time{});
    timer_.reset();
    io_.run_for(milliseconds{10});
    EXPECT_EQ(expired_, 0);
}

}  // namespace
}  // namespace cohort::shell
