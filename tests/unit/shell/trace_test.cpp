// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/trace.hpp"

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

constexpr core::Time kNow{std::chrono::seconds{5}};

core::MachineConfig config() {
    core::MachineConfig config;
    config.self = 1;
    config.members = {{1, 1, 1, true}, {2, 1, 1, true}};
    config.timers.heartbeat = std::chrono::milliseconds{100};
    config.timers.detect = std::chrono::milliseconds{350};
    config.buckets = 5;
    return config;
}

core::Start start() {
    core::Start start;
    start.session = 0x1'0007;
    start.plan = {{3, 2, 0xd1}, 0, {1, 2, 1, 1, 2}, {1, 2, 1, 1, 2}};
    return start;
}

core::Heartbeat heartbeat_of_peer(std::uint64_t seq) {
    core::Heartbeat heartbeat;
    heartbeat.header.sender = 2;
    heartbeat.header.session = 9;
    heartbeat.header.seq = seq;
    heartbeat.header.flags.want_lease = true;
    heartbeat.entries = {{1, true, true, 7, 41}};
    return heartbeat;
}

TEST_F(TraceTest, KernelUpdatesAreLinesAtOnce) {
    using enum core::Rights;
    trace_.action(
        core::KernelSet{
            3, 9, {both, both, fresh, none, old}, core::Time{std::chrono::milliseconds{123}}},
        kNow);
    trace_.kernel_done({3, true}, kNow + std::chrono::nanoseconds{1});
    const auto all = lines();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0]["event"], "kernel_set");
    EXPECT_EQ(all[0]["epoch"], 9);
    EXPECT_EQ(all[0]["deadline"], 123'000'000);
    EXPECT_EQ(all[0]["new"], "0-2");
    EXPECT_EQ(all[0]["old"], "0-1,4");
    EXPECT_EQ(all[0]["t"], 5'000'000'000);
    EXPECT_EQ(all[1]["event"], "kernel_done");
    EXPECT_EQ(all[1]["t"], 5'000'000'001);
    EXPECT_EQ(all[1]["ticket"], 3);
    EXPECT_EQ(all[1]["ok"], true);
}

TEST_F(TraceTest, TheStartTellsWhatACheckerMustKnow) {
    trace_.start(config(), start(), kNow);
    const auto all = lines();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0]["node"], 1);
    EXPECT_EQ(all[0]["facts"], "links");
    EXPECT_EQ(all[0]["buckets"], 5);
    EXPECT_EQ(all[0]["members"], json::parse("[[1,1],[2,1]]"));
    EXPECT_EQ(all[0]["timers"]["heartbeat"], 100'000'000);
    EXPECT_EQ(all[0]["id"], "3.2.00000000000000d1");
    EXPECT_EQ(all[0]["plan"]["new"], "0,2-3");
}

TEST_F(TraceTest, CopiesOfFramesAreLeftOut) {
    trace_.start(config(), start(), kNow);
    trace_.event(core::FrameRead{0, heartbeat_of_peer(41)}, kNow);
    trace_.event(core::FrameRead{1, heartbeat_of_peer(41)}, kNow);
    trace_.event(core::FrameRead{1, heartbeat_of_peer(40)}, kNow);
    const auto all = lines();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[1]["event"], "heard");
    EXPECT_EQ(all[1]["frame"], "heartbeat");
    EXPECT_EQ(all[1]["flags"], "W");
    EXPECT_EQ(all[1]["seq"], 41);
    EXPECT_EQ(all[1]["ack"], json::parse("[7,41]"));
    EXPECT_EQ(all[2]["seq"], 40);
}

TEST_F(TraceTest, WakeUpsAreLinesOnlyInSilenceAndALateLoopIsOne) {
    trace_.start(config(), start(), kNow);
    for (const int ms : {100, 300, 400, 700})
        trace_.event(core::Wake{kNow}, kNow + std::chrono::milliseconds{ms});
    const auto all = lines();
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(all[1]["event"], "wake");
    EXPECT_EQ(all[1]["reading"], 5'000'000'000);
    EXPECT_EQ(all[2]["event"], "gap");
    EXPECT_EQ(all[3]["event"], "wake");
}

TEST_F(TraceTest, AnAcceptIsTheChangeOfThePlan) {
    trace_.start(config(), start(), kNow);
    core::Plan plan = start().plan;
    trace_.accepted(plan, kNow);
    plan.id.counter = 4;
    plan.old = {2, 2, 2, 2, 2};
    plan.config_digest = 0xc1;
    trace_.accepted(plan, kNow);
    trace_.accepted(plan, kNow);
    const auto all = lines();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[1]["event"], "accept");
    EXPECT_EQ(all[1]["id"], "4.2.00000000000000d1");
    EXPECT_EQ(all[1]["plan"], json::parse(R"({"new":"0,2-3","old":""})"));
    EXPECT_EQ(all[1]["digest"], "00000000000000c1");
}

TEST_F(TraceTest, MembersAreToldAlsoIfTheyAreThoseOfTheStart) {
    trace_.start(config(), start(), kNow);
    trace_.event(core::Reconfigure{{{1, 1, 1, true}, {3, 1, 2, true}}, 0xc1, {}}, kNow);
    trace_.event(core::Reconfigure{config().members, config().config_digest, {}}, kNow);
    const auto all = lines();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[1]["event"], "members");
    EXPECT_EQ(all[1]["members"], json::parse("[[1,1],[3,2]]"));
    EXPECT_EQ(all[1]["digest"], "00000000000000c1");
    EXPECT_EQ(all[2]["members"], all[0]["members"]);
}

TEST_F(TraceTest, WhatIsSentIsToldByHeaderAndAcks) {
    core::Heartbeat heartbeat = heartbeat_of_peer(8);
    heartbeat.header.flags = {true, false, true, true, false, true};
    heartbeat.header.clear = core::node_bit(1) | core::node_bit(64);
    trace_.action(core::Send{core::kNobody, heartbeat}, kNow);
    const auto all = lines();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0]["event"], "sent");
    EXPECT_EQ(all[0]["flags"], "RLCS");
    EXPECT_EQ(all[0]["clear"], "1,64");
    EXPECT_EQ(all[0]["acks"], json::parse("[[1,7,41]]"));
}

TEST_F(TraceTest, NotesAreQuoted) {
    trace_.action(core::Note{core::Note::Level::warning, "he said \"no\"\n"}, kNow);
    trace_.action(core::WakeAt{}, kNow);
    trace_.action(core::Stopped{}, kNow);
    const auto all = lines();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0]["text"], "he said \"no\"\n");
    EXPECT_EQ(all[1]["event"], "stopped");
}

TEST_F(TraceTest, OpeningItAgainAppends) {
    trace_.event(core::PersistDone{1, true}, kNow);
    trace_ = Trace();
    trace_ = *Trace::open(path_);
    trace_.event(core::PersistDone{2, false}, kNow);
    const auto all = lines();
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.back()["ticket"], 2);
    EXPECT_EQ(all.back()["ok"], false);
}

TEST(Trace, WithoutAFileItDoesNothing) {
    Trace trace;
    EXPECT_FALSE(trace);
    trace.kernel_done({1, true}, kNow);
    EXPECT_TRUE(Trace::open("/nonexistent/trace").has_error());
}

}  // namespace
}  // namespace cohort::shell
