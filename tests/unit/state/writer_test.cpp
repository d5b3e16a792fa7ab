// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/state/writer.hpp"

#include "tests/unit/state/plans.hpp"

#include <signal.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace cohort::state {
namespace {

using Answers = std::vector<std::pair<std::uint64_t, bool>>;

class WriterTest : public testing::Test {
protected:
    WriterTest() : directory_(*Directory::open(dir_.path())) {}

    void SetUp() override {
        auto writer = Writer::start(
            io_, directory_, test::kOwner, std::chrono::milliseconds{1100},
            [this](std::uint64_t ticket, bool ok) { answers_.emplace_back(ticket, ok); });
        ASSERT_TRUE(writer.has_value()) << writer.error().message;
        writer_ = *std::move(writer);
    }

    /// Runs the loop until that many answers came; false after ten seconds.
    bool await_answers(std::size_t count) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        while (answers_.size() < count && std::chrono::steady_clock::now() < give_up)
            io_.run_one_until(give_up);
        return answers_.size() >= count;
    }

    std::optional<core::Plan> on_disk() const {
        const auto accepted = *directory_.load(test::kOwner);
        return accepted ? std::optional(accepted->plan) : std::nullopt;
    }

    test::TempDir dir_;
    Directory directory_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};
    Answers answers_;
    std::unique_ptr<Writer> writer_;
};

TEST_F(WriterTest, AnswersInOrderOnceThePlanIsOnTheDisk) {
    writer_->persist(1, test::plan(11));
    writer_->persist(2, test::plan(12));
    EXPECT_TRUE(answers_.empty()) << "answered from within the call";
    ASSERT_TRUE(await_answers(2));
    EXPECT_EQ(answers_, (Answers{{1, true}, {2, true}}));
    EXPECT_EQ(on_disk(), test::plan(12));
    EXPECT_EQ((*directory_.load(test::kOwner))->promise, std::chrono::microseconds{1109375})
        << "in 64ths of a second";
}

TEST_F(WriterTest, ADiskThatRefusesIsReported) {
    std::filesystem::remove_all(dir_.path());
    writer_->persist(1, test::plan(11));
    ASSERT_TRUE(await_answers(1));
    EXPECT_EQ(answers_, (Answers{{1, false}}));
}

TEST_F(WriterTest, AProcessThatDiesIsReplacedByTheNextCall) {
    const pid_t first = writer_->process();
    ASSERT_GT(first, 0);
    ::kill(first, SIGSTOP);
    writer_->persist(1, test::plan(11));
    ::kill(first, SIGKILL);
    ASSERT_TRUE(await_answers(1));
    EXPECT_EQ(answers_, (Answers{{1, false}}));
    EXPECT_EQ(writer_->process(), 0);

    writer_->persist(2, test::plan(12));
    EXPECT_NE(writer_->process(), first);
    ASSERT_TRUE(await_answers(2));
    EXPECT_EQ(answers_.back(), (std::pair<std::uint64_t, bool>{2, true}));
    EXPECT_EQ(on_disk(), test::plan(12));
}

TEST_F(WriterTest, AStalledDiskDoesNotHoldTheLoop) {
    ::kill(writer_->process(), SIGSTOP);
    // Far more than the socket takes at once.
    core::Plan large = core::empty_plan(400'000, 1);
    for (std::size_t i = 0; i < large.fresh.size(); ++i)
        large.fresh[i] = static_cast<core::NodeId>(i % 64 + 1);
    core::seal_plan(large, 5, 1);
    for (std::uint64_t ticket = 1; ticket <= 3; ++ticket)
        writer_->persist(ticket, large);
    bool ran = false;
    boost::asio::post(io_, [&] { ran = true; });
    while (!ran && io_.run_one_for(std::chrono::seconds{10}) > 0) {
    }
    EXPECT_TRUE(ran);
    EXPECT_TRUE(answers_.empty());
    ::kill(writer_->process(), SIGCONT);
    ASSERT_TRUE(await_answers(3));
    EXPECT_EQ(on_disk(), large);
}

}  // namespace
}  // namespace cohort::state
