// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/trace.hpp"

#include "ctl/cohortd/shell/clock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <vector>

namespace cohort::shell {
namespace {

using nlohmann::json;

class TraceTest : public testing::Test {
protected:
    ~TraceTest() override { ::unlink(path_.c_str()); }

    std::vector<json> lines() const {
        std::vector<json> all;
        std::ifstream in(path_);
        for (std::string line; std::getline(in, line);)
            all.push_back(json::parse(line));
        return all;
    }

    std::string path_ = testing::TempDir() + "cohort-trace-" + std::to_string(::getpid());
    Trace trace_ = *Trace::open(path_);
};

TEST_F(TraceTest, KernelUpdatesAreLinesAtOnce) {
    const core::Time before = boot_now();
    using enum core::Rights;
    trace_.action(core::KernelSet{
        3, 9, {both, both, fresh, none, old}, core::Time{std::chrono::nanoseconds{123'000'000}}});
    trace_.kernel_done({3, true});
    const auto all = lines();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0]["event"], "kernel_set");
    EXPECT_EQ(all[0]["epoch"], 9);
    EXPECT_EQ(all[0]["deadline"], 123'000'000);
    EXPECT_EQ(all[0]["new"], "0-2");
    EXPECT_EQ(all[0]["old"], "0-1,4");
    EXPECT_GE(all[0]["t"], before.time_since_epoch().count());
    EXPECT_EQ(all[1]["event"], "kernel_done");
    EXPECT_EQ(all[1]["ticket"], 3);
    EXPECT_EQ(all[1]["ok"], true);
}

TEST_F(TraceTest, NotesAreQuotedAndFramesLeftOut) {
    trace_.action(core::Note{core::Note::Level::warning, "he said \"no\"\n"});
    trace_.action(core::Send{});
    trace_.action(core::WakeAt{});
    trace_.action(core::Stopped{});
    const auto all = lines();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0]["text"], "he said \"no\"\n");
    EXPECT_EQ(all[1]["event"], "stopped");
}

TEST_F(TraceTest, OpeningItAgainAppends) {
    trace_.persist_done({1, true});
    trace_ = Trace();
    trace_ = *Trace::open(path_);
    trace_.persist_done({2, false});
    ASSERT_EQ(lines().size(), 2u);
    EXPECT_EQ(lines()[1]["ok"], false);
}

TEST(Trace, WithoutAFileItDoesNothing) {
    Trace trace;
    EXPECT_FALSE(trace);
    trace.kernel_done({1, true});
    EXPECT_TRUE(Trace::open("/nonexistent/trace").has_error());
}

}  // namespace
}  // namespace cohort::shell
