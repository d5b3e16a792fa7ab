// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/admin/status.hpp"

#include "ctl/cohortd/core/plan_codec.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cohort::admin {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

struct Nobody : link::LinkUser {
    void on_message(const link::Link&, core::Message) override {}
    void on_turned(const link::Link&) override {}
    void on_stranger(const link::Link&, const link::Stranger&) override {}
};

class Status : public testing::Test {
protected:
    Status() {
        config_.cluster = "web";
        config_.node = 1;
        config_.nodes = {{1, "alpha", 1}, {2, "beta", 3}};
        config::Address web;
        web.name = "web";
        web.dev = "eth0";
        web.vips = {*parse_vip("192.0.2.50/24")};
        web.buckets = 8;
        config::Address mail = web;
        mail.name = "mail";
        mail.vips = {*parse_vip("192.0.2.51/24")};
        mail.buckets = 4;
        config_.addresses = {web, mail};
        // A device that cannot be opened, so that nothing is sent anywhere.
        config_.links = {{"line", config::SerialLink{"/dev/null", 115200}}};
        machine_.emplace(config::machine_config(config_));
        links_.configure(config_.links);
    }

    json status() const { return admin::status({config_, *machine_, links_, now_}); }

    config::Config config_;
    std::optional<core::Machine> machine_;
    core::Time now_{std::chrono::hours{1}};
    boost::asio::io_context io_;
    Nobody nobody_;
    link::LinkSet links_{io_, link::Identity{1, 5, {2}},
                         wire::Codec(1, {{kFirstKeyId, true, FrameKey()}}), milliseconds{350},
                         nobody_};
};

TEST_F(Status, HasTheKeysThatToolsReadBeforeAnythingHappened) {
    const json all = status();
    EXPECT_EQ(all["schema"], 1);
    EXPECT_EQ(all["cluster"], "web");
    EXPECT_EQ(all["node"], 1);
    EXPECT_EQ(all["epoch"], 0);
    EXPECT_EQ(all["quorate"], false);
    EXPECT_EQ(all["mode"], "links");
    ASSERT_EQ(all["nodes"].size(), 2u);
    for (const json& node : all["nodes"]) {
        for (const char* key :
             {"id", "name", "state", "health", "weight", "owned", "links", "keys", "differs"})
            EXPECT_TRUE(node.contains(key)) << key;
    }
    EXPECT_TRUE(all["nodes"][0]["links"].empty()) << "no link leads to the own node";
    const json& link = all["nodes"][1]["links"][0];
    EXPECT_EQ(link["name"], "line");
    EXPECT_EQ(link["type"], "serial");
    EXPECT_EQ(link["state"], "down");
    EXPECT_TRUE(link["age_ms"].is_null());
    EXPECT_TRUE(link["rtt_ms"].is_null());
    EXPECT_EQ(all["addresses"][1]["vips"], json::array({"192.0.2.51/24"}));
    EXPECT_EQ(all["addresses"][1]["own"], "");
    EXPECT_TRUE(link["hops"].is_null());
    EXPECT_EQ(all["links"][0]["dropped"]["bad_mac"], 0);
    EXPECT_EQ(all["links"][0]["frames_relayed"], 0);
    EXPECT_TRUE(all["links"][0].at("line_errors").is_null());
    EXPECT_TRUE(all["links"][0].at("modem_lines").is_null());
}

TEST_F(Status, KeysAreNullUntilANodeHasTold) {
    config_.keys = {{1, false, FrameKey()}, {2, true, FrameKey()}};
    machine_.emplace(config::machine_config(config_));
    const json all = status();
    EXPECT_EQ(all["nodes"][0]["keys"],
              (json{{"accepts", {1, 2}}, {"sends", 2}, {"accepts_ours", true}}));
    EXPECT_TRUE(all["nodes"][1]["keys"].is_null());
    EXPECT_EQ(all["keys"], (json{{"stage", 3}, {"waits_for", {"alpha"}}}));
}

TEST_F(Status, OwnIsCountedWithinEachAddress) {
    const core::MachineConfig machine = config::machine_config(config_);
    core::Start start;
    start.session = 9;
    start.plan = core::empty_plan(12, machine.config_digest);
    start.plan.fresh = {1, 1, 1, 2, 2, 2, 2, 1, /* mail */ 2, 2, 1, 1};
    start.plan.old = start.plan.fresh;
    core::seal_plan(start.plan, 3, 1);
    start.kernel.epoch_counter = 3;
    start.kernel.deadline = now_ + milliseconds{800};
    for (core::NodeId owner : start.plan.fresh)
        start.kernel.states.push_back(owner == 1 ? core::Rights::both : core::Rights::none);
    machine_->step(start, now_);
    const json all = status();
    EXPECT_EQ(all["epoch"], 3);
    EXPECT_EQ(all["addresses"][0]["own"], "0-2,7");
    EXPECT_EQ(all["addresses"][1]["own"], "2-3");
    EXPECT_EQ(all["serving"], 6);
    EXPECT_EQ(all["nodes"][0]["owned"], 6);
    EXPECT_EQ(all["nodes"][1]["owned"], 6);
}

TEST(LinkState, IsUpWhileThePeerIsHeard) {
    constexpr core::Time kNow{std::chrono::hours{1}};
    constexpr milliseconds kDetect{350};
    link::Path path;
    EXPECT_EQ(link_state(true, path, kNow, kDetect), "silent");
    path.heard(kNow - milliseconds{350});
    EXPECT_EQ(link_state(true, path, kNow, kDetect), "up");
    EXPECT_EQ(link_state(false, path, kNow, kDetect), "down");
    EXPECT_EQ(link_state(true, path, kNow + milliseconds{1}, kDetect), "silent");
}

}  // namespace
}  // namespace cohort::admin
