// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/config/sample.hpp"

#include <gmock/gmock.h>

namespace cohort::config {
namespace {

using core::QuorumMode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class Load : public test::Sample {};

TEST_F(Load, ReadsEveryKey) {
    const Config config = parsed(test::kSample);
    EXPECT_EQ(config.cluster, "web");
    EXPECT_EQ(config.node, 1);
    EXPECT_EQ(config.state_dir, "/var/lib/cohort");
    EXPECT_EQ(config.heartbeat, milliseconds{100});
    EXPECT_EQ(config.lease, milliseconds{1000});
    EXPECT_EQ(config.mode, QuorumMode::links);
    EXPECT_EQ(config.nodes, (std::vector<Node>{{1, "alpha", 1}, {2, "beta", 1}}));

    ASSERT_EQ(config.links.size(), 2u);
    EXPECT_EQ(config.links[0], (Link{"null-modem", SerialLink{"/dev/ttyS1", 115200}}));
    EXPECT_EQ(config.links[1], (Link{"backup-lan", UdpLink{*parse_endpoint("10.8.0.1:7788"),
                                                           {*parse_endpoint("10.8.0.2:7788")},
                                                           std::nullopt,
                                                           ""}}));

    ASSERT_EQ(config.addresses.size(), 1u);
    const Address& address = config.addresses[0];
    EXPECT_EQ(address.name, "web");
    EXPECT_EQ(address.dev, "eth0");
    EXPECT_EQ(address.vips,
              (std::vector<Vip>{*parse_vip("192.0.2.50/24"), *parse_vip("2001:db8::50/64")}));
    EXPECT_EQ(address.hash, netlink::HashMode::sourceip_sourceport);
    EXPECT_EQ(address.function, netlink::HashFunction::siphash);
    EXPECT_EQ(address.buckets, 4096u);
    EXPECT_EQ(address.l2, netlink::L2Mode::multicast);
    EXPECT_EQ(address.mac, std::nullopt);
    EXPECT_EQ(config.checks, (std::vector<Check>{{"uplink", "eth0"}}));
}

TEST_F(Load, WhatIsLeftOutHasItsDefault) {
    const Config config = parsed(R"(
cluster = { name = "web", node = 2, key_file = "KEYFILE" }
quorum = { mode = "links" }
[[node]]
id = 2
[[node]]
id = 1
[[link]]
name = "lan"
type = "udp"
bind = "10.8.0.2:7788"
peers = ["10.8.0.1:7788"]
[[address]]
name = "web"
dev = "eth0"
vip = ["192.0.2.50/24"]
)");
    EXPECT_EQ(config.state_dir, "/var/lib/cohort");
    EXPECT_EQ(config.heartbeat, milliseconds{100});
    EXPECT_EQ(config.lease, milliseconds{1000});
    EXPECT_EQ(config.nodes, (std::vector<Node>{{1, "node1", 1}, {2, "node2", 1}}));
    EXPECT_EQ(config.addresses[0].buckets, 4096u);
    EXPECT_EQ(config.addresses[0].hash, netlink::HashMode::sourceip_sourceport);
    EXPECT_TRUE(config.checks.empty());
}

TEST_F(Load, NodeMayBeNamed) {
    const Config config = parsed(sample_with("node = 1", "node = \"beta\""));
    EXPECT_EQ(config.node, 2);
    EXPECT_EQ(self_of(config).name, "beta");
}

TEST_F(Load, MulticastStandsInForPeers) {
    const Config config = parsed(sample_with("peers = [\"10.8.0.2:7788\"]",
                                             "multicast = \"239.1.1.1:7788\"\ndev = \"eth1\""));
    const auto& udp = std::get<UdpLink>(config.links[1].way);
    EXPECT_EQ(udp.multicast, *parse_endpoint("239.1.1.1:7788"));
    EXPECT_EQ(udp.dev, "eth1");
    EXPECT_TRUE(udp.peers.empty());
}

TEST_F(Load, MacFitsItsMode) {
    const std::string text = sample_with("mac = \"auto\"", "mac = \"01:00:5e:7f:00:32\"");
    EXPECT_EQ(parsed(text).addresses[0].mac, (Mac{1, 0, 0x5E, 0x7F, 0, 0x32}));
}

TEST_F(Load, ClusteripTakesASeed) {
    std::string text = sample_with("function = \"siphash\"", "function = \"clusterip\"\nseed = 7");
    const std::string ipv6 = ", \"2001:db8::50/64\"";
    text.erase(text.find(ipv6), ipv6.size());
    const Config config = parsed(text);
    EXPECT_EQ(config.addresses[0].function, netlink::HashFunction::clusterip);
    EXPECT_EQ(config.addresses[0].seed, 7u);
}

TEST_F(Load, MachineGetsWhatTheProtocolNeeds) {
    const Config config = parsed(sample_with("weight = 1", "weight = 3"));
    const core::MachineConfig machine = machine_config(config);
    EXPECT_EQ(machine.self, 1);
    ASSERT_EQ(machine.members.size(), 2u);
    EXPECT_EQ(machine.members[0].id, 1);
    EXPECT_EQ(machine.members[0].weight, 3);
    EXPECT_EQ(machine.members[1].weight, 1);
    EXPECT_EQ(machine.buckets, 4096u);
    EXPECT_EQ(machine.timers.heartbeat, milliseconds{100});
    EXPECT_EQ(machine.config_digest, config_digest(config));
}

TEST_F(Load, SummaryNamesTheAssumptionOfLinks) {
    const std::string text = summarize(parsed(test::kSample));
    EXPECT_THAT(text, HasSubstr("cohort.toml: ok\n"));
    EXPECT_THAT(text, HasSubstr("in any 450ms at least one frame passes"));
    EXPECT_THAT(text, HasSubstr("both would answer"));
    EXPECT_THAT(text, HasSubstr("takeover: a dead peer's buckets after 1100ms, or 1600ms"));
    EXPECT_THAT(text, HasSubstr("heartbeats take 8 % of it; at most half is used"));
    EXPECT_THAT(text, HasSubstr("udp 10.8.0.1:7788 to 10.8.0.2:7788"));
}

constexpr char kThird[] = "[[node]]\nid = 3\nname = \"gamma\"\n[[link]]";

TEST_F(Load, ThreeNodesNeedNoMode) {
    std::string text = sample_with("mode = \"links\"\n", "");
    text.replace(text.find("[[link]]"), 8, kThird);
    const Config config = parsed(text);
    EXPECT_EQ(config.mode, QuorumMode::majority);
    EXPECT_THAT(summarize(config), HasSubstr("quorum: majority: "));
    EXPECT_THAT(summarize(config), HasSubstr("2 of the 3 votes must hear each other"));
}

TEST_F(Load, AWitnessVotesAndTakesNothing) {
    std::string text = sample_with("\"links\"", "\"witness\"");
    text.replace(text.find("[[link]]"), 8,
                 "[[node]]\nid = 3\nname = \"judge\"\nwitness = true\n[[link]]");
    text.replace(text.find("node = 1"), 8, "node = \"judge\"");
    const Config config = parsed(text);
    EXPECT_TRUE(self_of(config).witness);
    const core::MachineConfig machine = machine_config(config);
    ASSERT_EQ(machine.members.size(), 3u);
    EXPECT_FALSE(machine.members[2].contender);
    EXPECT_EQ(machine.members[2].votes, 1);
    EXPECT_EQ(machine.members[2].weight, 0);
    EXPECT_TRUE(machine.members[1].contender);
    // Its host has no service: nothing is said of devices that it lacks.
    EXPECT_EQ(summarize(config).find("device eth0"), std::string::npos) << summarize(config);
}

TEST_F(Load, ThePreferredNodeHasTwoVotes) {
    const Config config = parsed(sample_with("\"links\"", "\"preferred\"\npreferred = \"beta\""));
    const core::MachineConfig machine = machine_config(config);
    EXPECT_EQ(machine.members[0].votes, 1);
    EXPECT_EQ(machine.members[1].votes, 2);
    EXPECT_THAT(summarize(config), HasSubstr("when beta fails, nobody serves until it is back"));
}

TEST_F(Load, TheFencingAgentHasDefaults) {
    const Config config = parsed(sample_with(
        "\"links\"", "\"fence\"\ncommand = [\"/nonexistent/agent\", \"{name}\"]\ndelay = \"2s\""));
    EXPECT_EQ(config.fence.command, (std::vector<std::string>{"/nonexistent/agent", "{name}"}));
    EXPECT_EQ(config.fence.timeout, seconds{30});
    EXPECT_EQ(config.fence.retries, 2u);
    EXPECT_EQ(machine_config(config).fence_delay, seconds{2});
    EXPECT_THAT(summarize(config), HasSubstr("note: /nonexistent/agent is no program"));
    const Config directory = parsed(sample_with("\"links\"", "\"fence\"\ncommand = [\"/bin\"]"));
    EXPECT_THAT(summarize(directory), HasSubstr("note: /bin is no program"));
    const Config there = parsed(sample_with("\"links\"", "\"fence\"\ncommand = [\"/bin/true\"]"));
    EXPECT_EQ(summarize(there).find("is no program"), std::string::npos);
}

TEST_F(Load, ModesAndVotesAreWhatNodesMustAgreeOn) {
    const std::string preferred = sample_with("\"links\"", "\"preferred\"\npreferred = 1");
    EXPECT_NE(config_digest(parsed(preferred)), config_digest(parsed(test::kSample)));
    EXPECT_NE(config_digest(parsed(preferred)),
              config_digest(parsed(sample_with("\"links\"", "\"preferred\"\npreferred = 2"))));
}

TEST_F(Load, SummaryRemarksOnAnUnwatchedDevice) {
    const std::string watched = summarize(parsed(test::kSample));
    EXPECT_EQ(watched.find("no [[check]]"), std::string::npos);
    const std::string text = summarize(
        parsed(sample_with("[[check]]\nname = \"uplink\"\ntype = \"link\"\ndev = \"eth0\"\n", "")));
    EXPECT_THAT(text, HasSubstr("note: no [[check]] watches eth0"));
}

}  // namespace
}  // namespace cohort::config
