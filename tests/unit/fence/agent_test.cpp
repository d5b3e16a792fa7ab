// SPDX-License-Identifier: GPL-2.0-or-later
//
// The fencing agent with real processes.
#include "ctl/cohortd/fence/agent.hpp"

#include <boost/asio/post.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

namespace cohort::fence {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FenceAgent : public testing::Test {
protected:
    FenceAgent() {
        std::string pattern = testing::TempDir() + "cohort-fence-XXXXXX";
        dir_ = ::mkdtemp(pattern.data());
    }
    ~FenceAgent() override { std::filesystem::remove_all(dir_); }

    /// The command's answer; nothing if it never came.
    std::optional<bool> run(config::FenceAgent settings) {
        Agent agent(io_, settings, config::Node{2, "beta", 1, false});
        std::optional<bool> answer;
        agent.start(
            [&](bool off) {
                answer = off;
                io_.stop();
            },
            [this] { return wanted_; });
        io_.restart();
        io_.run_for(seconds{60});
        return answer;
    }

    static config::FenceAgent shell(const std::string& script) {
        return {{"/bin/sh", "-c", script, "fence", "{id}", "{name}"}, seconds{30}, 0, {}};
    }

    std::string content(const std::string& file) const {
        std::ifstream in(dir_ + "/" + file);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::string dir_;
    boost::asio::io_context io_;
    bool wanted_ = true;
};

TEST_F(FenceAgent, ExitStatusZeroConfirms) {
    EXPECT_EQ(run({{"/bin/true"}, seconds{30}, 0, {}}), true);
}

TEST_F(FenceAgent, AnythingElseDoesNot) {
    EXPECT_EQ(run({{"/bin/false"}, seconds{30}, 0, {}}), false);
    EXPECT_EQ(run({{"/nonexistent/fence"}, seconds{30}, 0, {}}), false);
    EXPECT_EQ(run({{dir_}, seconds{30}, 0, {}}), false);
    EXPECT_EQ(run(shell("kill -9 $$")), false);
}

TEST_F(FenceAgent, TheCommandIsToldWhomAndNothingIsExpanded) {
    auto settings =
        shell("echo \"$1 $2 $COHORT_FENCE_ID $COHORT_FENCE_NAME $3\" > " + dir_ + "/words");
    settings.command.emplace_back("$(touch " + dir_ + "/expanded) {name}{name} *");
    EXPECT_EQ(run(settings), true);
    EXPECT_EQ(content("words"), "2 beta 2 beta $(touch " + dir_ + "/expanded) betabeta *\n");
    EXPECT_FALSE(std::filesystem::exists(dir_ + "/expanded"));
}

TEST_F(FenceAgent, ItHasNoneOfTheDaemonsDescriptors) {
    const int held = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    ASSERT_GE(held, 3);
    EXPECT_EQ(run(shell("ls /proc/self/fd | grep -c . > " + dir_ + "/count")), true);
    ::close(held);
    // 0, 1 and 2, and the one by which ls reads the directory.
    EXPECT_EQ(content("count"), "4\n");
}

TEST_F(FenceAgent, ASecondAttemptMayConfirm) {
    auto settings = shell("test -e " + dir_ + "/tried || { touch " + dir_ + "/tried; exit 7; }");
    settings.retries = 1;
    EXPECT_EQ(run(settings), true);
}

TEST_F(FenceAgent, AllAttemptsFailing) {
    auto settings = shell("echo x >> " + dir_ + "/attempts; exit 1");
    settings.retries = 2;
    EXPECT_EQ(run(settings), false);
    EXPECT_EQ(content("attempts"), "x\nx\nx\n");
}

TEST_F(FenceAgent, ANodeThatIsHeardAgainIsNotTriedAgain) {
    auto settings = shell("echo x >> " + dir_ + "/attempts; exit 1");
    settings.retries = 2;
    wanted_ = false;
    EXPECT_EQ(run(settings), false);
    EXPECT_EQ(content("attempts"), "x\n");
}

TEST_F(FenceAgent, OneThatHangsIsKilledWithAllThatItStarted) {
    auto settings = shell("sleep 1000 & echo $! > " + dir_ + "/child; wait");
    settings.timeout = milliseconds{500};
    EXPECT_EQ(run(settings), false);
    const pid_t child = std::stoi(content("child"));
    // Gone, or a zombie that nobody has waited for yet.
    std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
    std::string line;
    if (std::getline(stat, line)) {
        EXPECT_THAT(line, testing::HasSubstr(") Z "));
    }
}

TEST_F(FenceAgent, TheLoopGoesOnMeanwhile) {
    Agent agent(io_, shell("while ! test -e " + dir_ + "/go; do sleep 0.01; done"),
                config::Node{2, "beta", 1, false});
    std::optional<bool> answer;
    agent.start([&](bool off) { answer = off; }, [] { return true; });
    boost::asio::post(io_, [this] { std::ofstream(dir_ + "/go") << "x"; });
    io_.run_for(seconds{60});
    EXPECT_EQ(answer, true);
}

TEST_F(FenceAgent, ItsEndKillsTheCommand) {
    {
        Agent agent(io_,
                    shell("echo $$ > " + dir_ + "/pid.new; mv " + dir_ + "/pid.new " + dir_ +
                          "/pid; exec sleep 1000"),
                    config::Node{2, "beta", 1, false});
        agent.start([](bool) { FAIL() << "it was not asked any more"; }, [] { return true; });
        while (!std::filesystem::exists(dir_ + "/pid"))
            io_.run_for(milliseconds{5});
    }
    EXPECT_EQ(::kill(std::stoi(content("pid")), 0), -1);
}

}  // namespace
}  // namespace cohort::fence
