// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/config/sample.hpp"

namespace cohort::config {
namespace {

class Digest : public test::Sample {
protected:
    bool changes(const std::string& what, const std::string& instead) const {
        return config_digest(parsed(sample_with(what, instead))) !=
               config_digest(parsed(test::kSample));
    }
};

TEST_F(Digest, CoversWhatAllNodesMustAgreeOn) {
    EXPECT_TRUE(changes("name = \"web\"", "name = \"mail\"")) << "cluster";
    EXPECT_TRUE(changes("id = 2", "id = 3")) << "node";
    EXPECT_TRUE(changes("lease = \"1s\"", "lease = \"2s\"")) << "lease";
    EXPECT_TRUE(changes("heartbeat = \"100ms\"", "heartbeat = \"90ms\"")) << "heartbeat";
    EXPECT_TRUE(changes("name = \"web\"\ndev", "name = \"www\"\ndev")) << "address";
    EXPECT_TRUE(changes("192.0.2.50/24", "192.0.2.51/24")) << "vip";
    EXPECT_TRUE(changes("\"sourceip-sourceport\"", "\"sourceip\"")) << "hash";
    EXPECT_TRUE(changes("buckets = 4096", "buckets = 1024")) << "buckets";
    EXPECT_TRUE(changes("\"multicast\"", "\"unicast\"")) << "l2";
    EXPECT_TRUE(changes("mac = \"auto\"", "mac = \"01:00:5e:00:00:01\"")) << "mac";
}

TEST_F(Digest, LeavesOutWhatIsLocal) {
    EXPECT_FALSE(changes("node = 1", "node = 2")) << "which node";
    EXPECT_FALSE(changes("weight = 1", "weight = 9")) << "weight, which travels in headers";
    EXPECT_FALSE(changes("\"alpha\"", "\"omega\"")) << "node name";
    EXPECT_FALSE(changes("\"/dev/ttyS1\"", "\"/dev/ttyS0\"")) << "serial device";
    EXPECT_FALSE(changes("bind = \"10.8.0.1:7788\"", "bind = \"10.8.0.3:7788\"")) << "bind";
    EXPECT_FALSE(changes("dev = \"eth0\"\nvip", "dev = \"eth9\"\nvip")) << "device";
    EXPECT_FALSE(changes("name = \"uplink\"", "name = \"cable\"")) << "check";
    EXPECT_FALSE(changes("\"/var/lib/cohort\"", "\"/srv/cohort\"")) << "state_dir";
}

class Reload : public test::Sample {
protected:
    std::string restart_for(const std::string& what, const std::string& instead) const {
        return needs_restart(parsed(test::kSample), parsed(sample_with(what, instead)));
    }
};

TEST_F(Reload, LinksChecksAndKeysChangeLive) {
    EXPECT_EQ(restart_for("115200", "57600"), "");
    EXPECT_EQ(restart_for("\"uplink\"", "\"cable\""), "");
    EXPECT_EQ(
        restart_for("[timing]", "[[key]]\nid = 9\nfile = \"KEYFILE\"\nuse = \"send\"\n[timing]"),
        "");
}

/// R22. Three nodes, and one more or other node.
TEST_F(Reload, OneNodeMoreOrLessChangesLive) {
    const auto nodes = [this](const std::string& sections) {
        std::string text = sample_with("mode = \"links\"\n", "");
        text.replace(text.find("[[link]]"), 8, "[[node]]\nid = 3\n" + sections + "[[link]]");
        return parsed(text);
    };
    const Config three = nodes("");
    const Config four = nodes("[[node]]\nid = 4\n");
    EXPECT_TRUE(is_node_change(three, four));
    EXPECT_EQ(needs_restart(three, four), "");
    EXPECT_EQ(needs_restart(four, three), "");
    EXPECT_NE(needs_restart(three, nodes("[[node]]\nid = 4\n[[node]]\nid = 5\n")), "");
    EXPECT_NE(needs_restart(four, nodes("[[node]]\nid = 5\n")), "") << "one out and one in";
    EXPECT_NE(needs_restart(parsed(test::kSample), three), "") << "links to majority";
    EXPECT_NE(needs_restart(four, nodes("[[node]]\nid = 4\nwitness = true\n")), "");
    Config and_lease = four;
    and_lease.lease *= 2;
    EXPECT_NE(needs_restart(three, and_lease), "");
    EXPECT_FALSE(is_node_change(three, three));
}

TEST_F(Reload, AnythingElseNeedsARestartAndIsNamed) {
    EXPECT_NE(restart_for("buckets = 4096", "buckets = 1024"), "");
    EXPECT_EQ(restart_for("node = 1", "node = 2"), "[cluster] node");
    EXPECT_EQ(restart_for("\"/var/lib/cohort\"", "\"/srv/cohort\""), "[cluster] state_dir");
    EXPECT_EQ(restart_for("weight = 1", "weight = 2"), "[[node]] names or weights");
    EXPECT_EQ(restart_for("dev = \"eth0\"\nvip", "dev = \"eth9\"\nvip"), "[[address]] dev");
    const Config running = parsed(test::kSample);
    test::write_file(key_file_, "another key of thirty-two bytes", 0600);
    EXPECT_EQ(needs_restart(running, parsed(test::kSample)),
              "the content of [cluster] key_file, which keys the hash");
}

}  // namespace
}  // namespace cohort::config
