// SPDX-License-Identifier: GPL-2.0-or-later
//
// Each mistake is refused in one line that names its place and what would be
// right.
#include "tests/unit/config/sample.hpp"

#include <gmock/gmock.h>

#include <ostream>

namespace cohort::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Mistake {
    const char* name;
    const char* what;  ///< in the sample
    const char* instead;
    int line;
    const char* words;  ///< that the refusal must have
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
    *out << mistake.name;
}

using Parser = test::Sample;
class Refusal : public test::Sample, public testing::WithParamInterface<Mistake> {};

/// The parser's own recursion has no bound here.
TEST_F(Parser, KeyOfVeryManyParts) {
    std::string key = "a";
    while (key.size() < 500'000)
        key += ".a";
    const auto config = parse("\n" + key + " = 1\n");
    ASSERT_TRUE(config.has_error());
    EXPECT_EQ(config.error().message,
              "cohort.toml:2: the line is longer than 4096 bytes; break it up");
}

TEST_P(Refusal, NamesThePlaceAndWhatWouldBeRight) {
    const Mistake& mistake = GetParam();
    const auto config = parse(sample_with(mistake.what, mistake.instead));
    ASSERT_TRUE(config.has_error());
    const Error& error = config.error();
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_THAT(error.message, StartsWith("cohort.toml:" + std::to_string(mistake.line) + ": "));
    EXPECT_THAT(error.message, HasSubstr(mistake.words));
    EXPECT_EQ(error.message.find('\n'), std::string::npos) << error.message;
}

constexpr Mistake kMistakes[] = {
    {"NotToml", "name = \"web\"", "name = web", 2, "not TOML"},
    {"KeyTwice", "name = \"web\"\n", "name = \"web\"\nname = \"web\"\n", 3, "not TOML"},
    {"UnknownSection", "[timing]", "[timings]", 6, "did you mean 'timing'?"},
    {"UnknownKey", "heartbeat =", "hartbeat =", 7, "did you mean 'heartbeat'?"},
    {"UnlikeAnyKey", "lease =", "zzzzzzzzz =", 8, "it knows heartbeat or lease"},
    {"SingleBrackets", "[[check]]", "[check]", 37, "write [[check]]"},
    {"DoubleBrackets", "[timing]", "[[timing]]", 6, "write [timing]"},
    {"NumberAsText", "baud = 115200", "baud = \"115200\"", 22, "must be a whole number"},
    {"TextAsNumber", "name = \"alpha\"", "name = 7", 13, "must be a string in quotes"},
    {"ListAsText", "vip = [\"192.0.2.50/24\", \"2001:db8::50/64\"]", "vip = \"192.0.2.50/24\"", 31,
     "must be a list of strings"},

    {"NoClusterName", "name = \"web\"\n", "", 1, "[cluster] needs name"},
    {"ClusterName", "name = \"web\"", "name = \"Web Site\"", 2, "a-z 0-9 - _"},
    {"NoSelf", "node = 1\n", "", 1, "[cluster] needs node"},
    {"SelfUnknownId", "node = 1", "node = 3", 3, "no [[node]] has the id '3'"},
    {"SelfUnknownName", "node = 1", "node = \"gamma\"", 3, "no [[node]] has the name 'gamma'"},
    {"StateDirRelative", "\"/var/lib/cohort\"", "\"cohort\"", 5, "absolute path"},
    {"KeyFileMissing", "\"KEYFILE\"", "\"KEYFILE.none\"", 4, "cannot read key file"},

    {"HeartbeatUnit", "\"100ms\"", "\"100\"", 7, "'100'"},
    {"HeartbeatZero", "\"100ms\"", "\"0\"", 7, "too short"},
    {"LeaseLong", "\"1s\"", "\"1h\"", 8, "too long"},
    {"LeaseTooNear", "\"1s\"", "\"300ms\"", 7, "T2"},

    {"ModeMissing", "mode = \"links\"", "", 9,
     "two nodes must choose one of links, witness, preferred or fence"},
    {"ModeUnknown", "\"links\"", "\"link\"", 10, "is not links, witness"},
    {"ModeMajority", "\"links\"", "\"majority\"", 10, "3 nodes or more"},
    {"ModeWitness", "\"links\"", "\"witness\"", 10, "a [[node]] with witness = true"},
    {"TwoWitnesses", "\"links\"",
     "\"witness\"\n[[node]]\nid=3\nwitness=true\n[[node]]\nid=4\nwitness=true", 10,
     "one witness is enough"},
    {"WitnessForLinks", "[[link]]", "[[node]]\nid = 3\nwitness = true\n[[link]]", 10,
     "'links' has no use for a witness"},
    {"WitnessAlone", "name = \"beta\"", "witness = true", 10, "exactly two nodes"},
    {"WitnessWeight", "weight = 1", "weight = 1\nwitness = true", 14,
     "takes no buckets; remove it"},
    {"WitnessWord", "weight = 1", "witness = 1", 14, "must be true or false"},
    {"ModePreferred", "\"links\"", "\"preferred\"", 9, "[quorum] needs preferred, such as"},
    {"PreferredWhom", "\"links\"", "\"preferred\"\npreferred = \"gamma\"", 11,
     "no [[node]] has the name 'gamma'"},
    {"PreferredNumber", "\"links\"", "\"preferred\"\npreferred = 1.5", 11,
     "a node's id, or its name in quotes"},
    {"PreferredForLinks", "\"links\"", "\"links\"\npreferred = 1", 11,
     "is of mode \"preferred\", but the mode is \"links\""},
    {"ModeFence", "\"links\"", "\"fence\"", 9, "[quorum] needs command, such as"},
    {"FenceShell", "\"links\"", "\"fence\"\ncommand = [\"fence {id}\"]", 11, "absolute path"},
    {"FenceNothing", "\"links\"", "\"fence\"\ncommand = []", 11, "absolute path"},
    {"FenceWord", "\"links\"", "\"fence\"\ncommand = \"/bin/true\"", 11, "a list of strings"},
    {"FenceMark", "\"links\"", "\"fence\"\ncommand = [\"/bin/true\", \"{name}{}\", \"{host}\"]", 11,
     "knows {id} and {name}, not {host}"},
    {"FenceTimeout", "\"links\"", "\"fence\"\ncommand = [\"/bin/true\"]\ntimeout = \"0\"", 12,
     "must be of 100ms..10m"},
    {"FenceRetries", "\"links\"", "\"fence\"\ncommand = [\"/bin/true\"]\nretries = -1", 12,
     "of 0..100"},
    {"FenceForLinks", "\"links\"", "\"links\"\ndelay = \"1s\"", 11, "is of mode \"fence\""},
    {"ThreeNodesWitnessMode", "\"links\"", "\"witness\"\n[[node]]\nid = 3\n[[node]]\nid = 4", 10,
     "exactly two nodes"},
    {"WhichIsTheWitness", "\"links\"", "\"witness\"\n[[node]]\nid = 3", 10,
     "if one of them is the witness, its [[node]] needs witness = true"},
    {"ThreeNodesLinks", "[[link]]", "[[node]]\nid = 3\n[[link]]", 10, "exactly two nodes"},

    {"NodeIdZero", "id = 1", "id = 0", 12, "of 1..64"},
    {"NodeIdTwice", "id = 2", "id = 1", 16, "taken by node 'alpha'"},
    {"NodeNameTwice", "\"beta\"", "\"alpha\"", 17, "taken by node 1"},
    {"NodeNameNumber", "\"beta\"", "\"2\"", 17, "taken for an id"},
    {"NodeWeight", "weight = 1", "weight = 256", 14, "of 0..255"},
    {"NodeAlone", "[[node]]\nid = 2\nname = \"beta\"\n", "", 1, "2 nodes or more"},

    {"LinkNoType", "type = \"serial\"\n", "", 18, "[[link]] needs type"},
    {"LinkType", "\"serial\"", "\"usb\"", 20, "is not serial or udp"},
    {"LinkForeignKey", "baud = 115200", "peers = []", 22, "has no key 'peers'"},
    {"LinkNameTwice", "\"backup-lan\"", "\"null-modem\"", 23, "taken by another link"},
    {"SerialNoDevice", "device = \"/dev/ttyS1\"\n", "", 18, "[[link]] needs device"},
    {"SerialDevice", "\"/dev/ttyS1\"", "\"ttyS1\"", 21, "not a path such as"},
    {"SerialBaud", "115200", "115201", 22, "must be one of 9600, 19200"},
    {"SerialTooSlow", "115200", "9600", 7, "null-modem"},
    {"UdpNoBind", "bind = \"10.8.0.1:7788\"\n", "", 23, "[[link]] needs bind"},
    {"UdpNoPort", "\"10.8.0.1:7788\"", "\"10.8.0.1\"", 26, "needs a port"},
    {"UdpBadAddress", "\"10.8.0.1:7788\"", "\"10.8.0:7788\"", 26, "'10.8.0:7788'"},
    {"UdpNoPeers", "peers = [\"10.8.0.2:7788\"]", "", 23, "[[link]] needs peers"},
    {"UdpEmptyPeers", "[\"10.8.0.2:7788\"]", "[]", 27, "is empty"},
    {"UdpPeerIsSelf", "[\"10.8.0.2:7788\"]", "[\"10.8.0.1:7788\"]", 27, "own end"},
    {"UdpPeerIsNobody", "[\"10.8.0.2:7788\"]", "[\"0.0.0.0:7788\"]", 27, "no host's address"},
    {"UdpPeerFamily", "[\"10.8.0.2:7788\"]", "[\"[2001:db8::2]:7788\"]", 27, "IP version"},
    {"UdpManyPeers", "[\"10.8.0.2:7788\"]", "[\"10.8.0.2:7788\", \"10.8.0.3:7788\"]", 27,
     "but there are 1 other nodes"},
    {"UdpPeerIsGroup", "[\"10.8.0.2:7788\"]", "[\"239.1.1.1:7788\"]", 27, "multicast = "},
    {"GroupAndPeers", "peers = [", "multicast = \"239.1.1.1:7788\"\npeers = [", 27, "beside peers"},
    {"GroupNoDev", "peers = [\"10.8.0.2:7788\"]", "multicast = \"239.1.1.1:7788\"", 27,
     "dev = \"eth1\""},
    {"GroupUnicast", "peers = [\"10.8.0.2:7788\"]", "multicast = \"10.1.1.1:7788\"\ndev = \"eth1\"",
     27, "not a multicast address"},
    {"GroupPort", "peers = [\"10.8.0.2:7788\"]", "multicast = \"239.1.1.1:99\"\ndev = \"eth1\"", 27,
     "one port for both"},

    {"AddressName", "name = \"web\"\ndev", "name = \"WEB\"\ndev", 29, "a-z 0-9 - _"},
    {"AddressDev", "dev = \"eth0\"\nvip", "dev = \"eth/0\"\nvip", 30, "network device's name"},
    {"AddressDevLo", "dev = \"eth0\"\nvip", "dev = \"lo\"\nvip", 30, "this host's alone"},
    {"AddressDevLong", "dev = \"eth0\"\nvip", "dev = \"a234567890123456\"\nvip", 30,
     "1 to 15 characters"},
    {"VipNoLength", "192.0.2.50/24", "192.0.2.50", 31, "is not ADDR/LEN"},
    {"VipGroup", "192.0.2.50/24", "224.0.0.1/24", 31, "not the address of a host"},
    {"VipLoopback", "192.0.2.50/24", "127.0.0.1/8", 31, "not the address of a host"},
    {"VipNetwork", "192.0.2.50/24", "192.0.2.0/24", 31, "not the address of a host in its network"},
    {"VipBroadcast", "192.0.2.50/24", "192.0.2.255/24", 31, "not the address of a host"},
    {"VipNowhere", "192.0.2.50/24", "0.0.0.0/24", 31, "not the address of a host"},
    {"VipOfTwoLines", "192.0.2.50/24", "192.0.2.50\\n/24", 31, "VIP '192.0.2.50?/24'"},
    {"VipIsOwnBind", "192.0.2.50/24", "10.8.0.1/24", 28, "is the bind of link 'backup-lan'"},
    {"VipIsPeer", "192.0.2.50/24", "10.8.0.2/24", 28, "is the peer of link 'backup-lan'"},
    {"LeaseTooShort", "lease = \"1s\"", "lease = \"500ms\"", 7, "lease = \"1s\" would do"},
    {"LineTooSlow", "115200", "9600", 7, "heartbeat = \"400ms\" and lease = \"4s\" would do"},
    {"VipTwice", "2001:db8::50/64", "192.0.2.50/32", 28, "stands there twice"},
    {"Buckets", "buckets = 4096", "buckets = 65537", 33, "of 1..65536"},
    {"HashMode", "\"sourceip-sourceport\"", "\"destip\"", 32, "'destip'"},
    {"L2Mode", "\"multicast\"", "\"broadcast\"", 34, "'broadcast'"},
    {"MacNotOne", "mac = \"auto\"", "mac = \"01:02\"", 35, "or auto"},
    {"MacNotGroup", "mac = \"auto\"", "mac = \"00:00:5e:00:00:32\"", 35, "not a multicast address"},
    {"FunctionUnknown", "\"siphash\"", "\"md5\"", 36, "'md5'"},
    {"FunctionIpv6", "\"siphash\"", "\"clusterip\"", 36, "knows IPv4 alone"},
    {"SeedWithSiphash", "function = \"siphash\"", "seed = 1", 36, "clusterip"},

    {"CheckType", "type = \"link\"", "type = \"ping\"", 39, "not supported by this version"},
    {"CheckTypeUnknown", "type = \"link\"", "type = \"luck\"", 39, "is not a check"},
    {"CheckNoDev", "type = \"link\"\ndev = \"eth0\"", "type = \"link\"", 37, "[[check]] needs dev"},
};

INSTANTIATE_TEST_SUITE_P(Mistakes, Refusal, testing::ValuesIn(kMistakes),
                         [](const auto& mistake) { return std::string(mistake.param.name); });

class Absent : public test::Sample {};

TEST_F(Absent, AddressAndLinkAreNamed) {
    std::string text = test::kSample;
    text.erase(text.find("[[address]]"));
    EXPECT_THAT(parse(text).error().message, HasSubstr("there is no [[address]]"));
    text.erase(text.find("[[link]]"));
    EXPECT_THAT(parse(text).error().message, HasSubstr("there is no [[link]]"));
    EXPECT_THAT(parse("").error().message, HasSubstr("cohort.toml:1: "));
}

class KeyFile : public test::Sample {};

TEST_F(KeyFile, OthersMayReadItIsRefused) {
    test::write_file(key_file_, test::kKeyContent, 0640);
    const auto config = parse(test::kSample);
    ASSERT_TRUE(config.has_error());
    EXPECT_THAT(config.error().message, StartsWith("cohort.toml:4: [cluster] key_file: "));
    EXPECT_THAT(config.error().message, HasSubstr("chmod 600"));
}

TEST_F(KeyFile, TooShortIsRefused) {
    test::write_file(key_file_, "short\n", 0600);
    EXPECT_TRUE(parse(test::kSample).has_error());
}

TEST(ConfigFile, MissingIsNamed) {
    const auto config = load_config("/nonexistent/cohort.toml");
    ASSERT_TRUE(config.has_error());
    EXPECT_THAT(config.error().message, HasSubstr("'/nonexistent/cohort.toml'"));
    EXPECT_THAT(config.error().message, HasSubstr("No such file"));
}

TEST(ConfigFile, DirectoryIsRefused) {
    const auto config = load_config("/");
    ASSERT_TRUE(config.has_error());
    EXPECT_THAT(config.error().message, HasSubstr("'/'"));
}

}  // namespace
}  // namespace cohort::config
