// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/config/sample.hpp"

#include <gmock/gmock.h>

namespace cohort::config {
namespace {

using core::QuorumMode;
using std::chrono::milliseconds;
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
    EXPECT_THAT(text, HasSubstr("heartbeats take 8 % of it"));
    EXPECT_THAT(text, HasSubstr("udp 10.8.0.1:7788 to 10.8.0.2:7788"));
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
