// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/checks.hpp"
#include "ctl/cohortctl/doctor/findings_view.hpp"
#include "ctl/cohortctl/doctor/gather.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_addr.h>

namespace cohort::ctl {
namespace {

using netlink::Device;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t kEth0 = 2;
constexpr std::uint32_t kEth1 = 3;
constexpr std::uint32_t kBridge = 4;

IpAddress address(const char* text) {
    return parse_ip_address(text).value();
}

Device device(std::uint32_t index, const char* name) {
    Device one;
    one.index = index;
    one.name = name;
    one.up = one.carrier = true;
    one.mtu = 1500;
    one.mac = {0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(index)};
    return one;
}

/// A host on which all is well, with VIPs of both families.
Facts healthy() {
    Facts facts;
    facts.cluster.name = "web";
    facts.cluster.dev = "eth0";
    facts.cluster.ifindex = kEth0;
    facts.cluster.vips = {parse_vip("192.0.2.50/24").value(), parse_vip("2001:db8::50/64").value()};
    facts.cluster.mac = parse_mac("03:c0:c0:00:02:32").value();
    facts.devices = {device(1, "lo"), device(kEth0, "eth0"), device(kEth1, "eth1")};
    facts.addresses = {{address("192.0.2.11"), kEth0, 24, 0, false},
                       {address("192.0.2.50"), kEth0, 32, 0, true},
                       {address("2001:db8::50"), kEth0, 128, IFA_F_NODAD, true},
                       {address("10.8.0.1"), kEth1, 24, 0, false}};
    facts.filter = {facts.cluster.mac};
    facts.settings = {{"ipv4.eth0.arp_announce", 2}};
    facts.default_devices = {"eth0"};
    facts.clock = "tsc";
    return facts;
}

/// The troubles of a check once the healthy host was changed.
template <class Change>
Troubles after(Troubles (*check)(const Facts&), Change change) {
    Facts facts = healthy();
    EXPECT_THAT(check(facts), IsEmpty()) << "before the change";
    change(facts);
    return check(facts);
}

auto error(const char* words, std::vector<std::string> mend) {
    return testing::AllOf(testing::Field(&Trouble::severity, Severity::error),
                          testing::Field(&Trouble::problem, HasSubstr(words)),
                          testing::Field(&Trouble::mend, std::move(mend)));
}

auto warning(const char* words, std::vector<std::string> mend) {
    return testing::AllOf(testing::Field(&Trouble::severity, Severity::warning),
                          testing::Field(&Trouble::problem, HasSubstr(words)),
                          testing::Field(&Trouble::mend, std::move(mend)));
}

TEST(Doctor, FindsNothingOnAHealthyHost) {
    for (const Finding& finding : examine(healthy()))
        EXPECT_EQ(finding.trouble.severity, Severity::ok)
            << finding.id << ": " << finding.trouble.problem;
}

TEST(Doctor, NamesADeviceThatCannotReceive) {
    EXPECT_THAT(after(check_device, [](Facts& f) { f.cluster.ifindex = 0; }),
                ElementsAre(error("eth0 is gone", {})));
    EXPECT_THAT(after(check_device, [](Facts& f) { f.devices[1].up = false; }),
                ElementsAre(error("is down", {"ip link set dev eth0 up"})));
    EXPECT_THAT(after(check_device, [](Facts& f) { f.devices[1].carrier = false; }),
                ElementsAre(error("no carrier", {})));
}

TEST(Doctor, NamesTheMasterThatTakesADevicesPackets) {
    const auto ported = [](const char* kind) {
        return [kind](Facts& f) {
            f.devices[1].master = kBridge;
            f.devices.push_back(device(kBridge, "up0"));
            f.devices.back().kind = kind;
        };
    };
    EXPECT_THAT(after(check_device, ported("bond")),
                ElementsAre(error("a port of up0", {"cohortctl cluster set web --dev up0"})));
    EXPECT_THAT(after(check_device, ported("vrf")), IsEmpty()) << "only another routing table";
}

TEST(Doctor, NamesASmallMtu) {
    const std::vector<std::string> mend{"ip link set dev eth0 mtu 1500"};
    EXPECT_THAT(after(check_mtu, [](Facts& f) { f.devices[1].mtu = 1499; }),
                ElementsAre(warning("is 1499", mend)));
    EXPECT_THAT(after(check_mtu, [](Facts& f) { f.devices[1].mtu = 1279; }),
                ElementsAre(error("IPv6 needs 1280", mend)));
    EXPECT_THAT(after(check_mtu, [](Facts& f) { f.devices[1].mtu = 9000; }), IsEmpty());
}

TEST(Doctor, NamesAVipThatIsNotOnTheDevice) {
    EXPECT_THAT(after(check_vip, [](Facts& f) { f.addresses.erase(f.addresses.begin() + 1); }),
                ElementsAre(error("192.0.2.50 is not on eth0",
                                  {"ip addr add 192.0.2.50/32 dev eth0 noprefixroute"})));
    EXPECT_THAT(after(check_vip, [](Facts& f) { f.addresses.erase(f.addresses.begin() + 2); }),
                ElementsAre(error("2001:db8::50 is not on eth0",
                                  {"ip addr add 2001:db8::50/128 dev eth0 nodad noprefixroute "
                                   "preferred_lft 0"})));
    EXPECT_THAT(after(check_vip, [](Facts& f) { f.addresses[1].index = 1; }),
                ElementsAre(warning("192.0.2.50 is on lo, not on eth0",
                                    {"ip addr add 192.0.2.50/32 dev eth0 noprefixroute"})));
    EXPECT_THAT(after(check_vip,
                      [](Facts& f) {
                          f.addresses.push_back({address("192.0.2.50"), 1, 32, 0, false});
                      }),
                IsEmpty())
        << "it may be elsewhere, too";
}

TEST(Doctor, NamesDuplicateAddressDetection) {
    const std::vector<std::string> mend{
        "ip addr del 2001:db8::50/128 dev eth0",
        "ip addr add 2001:db8::50/128 dev eth0 nodad noprefixroute preferred_lft 0"};
    EXPECT_THAT(after(check_dad,
                      [](Facts& f) { f.addresses[2].flags = IFA_F_DADFAILED | IFA_F_TENTATIVE; }),
                ElementsAre(error("found it on another node", mend)));
    EXPECT_THAT(after(check_dad, [](Facts& f) { f.addresses[2].flags = IFA_F_TENTATIVE; }),
                ElementsAre(error("goes on", mend)));
    EXPECT_THAT(after(check_dad, [](Facts& f) { f.addresses[2].flags = IFA_F_PERMANENT; }),
                ElementsAre(warning("comes up again", mend)));
}

TEST(Doctor, NamesAFilterWithoutTheClustersMac) {
    EXPECT_THAT(after(check_mac_filter, [](Facts& f) { f.filter.clear(); }),
                ElementsAre(error("03:c0:c0:00:02:32 is not in the filter of eth0",
                                  {"bridge fdb add 03:c0:c0:00:02:32 dev eth0 self permanent"})));
    EXPECT_THAT(after(check_mac_filter,
                      [](Facts& f) {
                          f.filter.clear();
                          f.devices[1].promiscuous = true;
                      }),
                IsEmpty());
}

TEST(Doctor, NamesABridgeThatSnoops) {
    const auto on = [](bool querier, auto join) {
        return [=](Facts& f) {
            f.devices.push_back(device(kBridge, "br0"));
            f.devices.back().bridge = netlink::Bridge{true, querier};
            join(f);
        };
    };
    const auto above = [](Facts& f) { f.devices[1].lower = kBridge; };
    const auto under = [](Facts& f) { f.devices[1].master = kBridge; };
    const auto itself = [](Facts& f) { f.cluster.ifindex = kBridge; };
    const std::vector<std::string> mend{"ip link set dev br0 type bridge mcast_snooping 0"};
    EXPECT_THAT(after(check_bridge, on(false, above)),
                ElementsAre(warning("without a querier", mend)));
    EXPECT_THAT(after(check_bridge, on(false, under)),
                ElementsAre(warning("without a querier", mend)));
    EXPECT_THAT(after(check_bridge, on(true, itself)), ElementsAre(error("is a querier", mend)));
    EXPECT_THAT(after(check_bridge, on(true,
                                       [&](Facts& f) {
                                           above(f);
                                           f.cluster.l2 = netlink::L2Mode::unicast;
                                       })),
                IsEmpty())
        << "snooping is about groups";
    EXPECT_THAT(after(check_bridge, on(true, [](Facts&) {})), IsEmpty()) << "another's bridge";
}

TEST(Doctor, NamesAStrictReversePathFilter) {
    const std::vector<std::string> mend{"sysctl -w net/ipv4/conf/eth0/rp_filter=2"};
    const auto strict = [](Facts& f) { f.settings["ipv4.all.rp_filter"] = 1; };
    EXPECT_THAT(after(check_rp_filter, strict), ElementsAre(warning("rp_filter is 1", mend)));
    EXPECT_THAT(after(check_rp_filter,
                      [&](Facts& f) {
                          strict(f);
                          f.default_devices = {"eth1"};
                      }),
                ElementsAre(error("the default route is by eth1", mend)));
    EXPECT_THAT(after(check_rp_filter,
                      [&](Facts& f) {
                          strict(f);
                          f.settings["ipv4.eth0.rp_filter"] = 2;
                      }),
                IsEmpty())
        << "the greater counts";
}

TEST(Doctor, NamesArpThatIsNotAnswered) {
    const auto at = [](const char* key, long value) {
        return [=](Facts& f) { f.settings[key] = value; };
    };
    EXPECT_THAT(
        after(check_arp_ignore, at("ipv4.all.arp_ignore", 8)),
        ElementsAre(error("is not answered", {"sysctl -w net/ipv4/conf/all/arp_ignore=1"})));
    EXPECT_THAT(
        after(check_arp_ignore, at("ipv4.eth0.arp_ignore", 2)),
        ElementsAre(error("is not answered", {"sysctl -w net/ipv4/conf/eth0/arp_ignore=1"})));
    EXPECT_THAT(after(check_arp_ignore, at("ipv4.eth0.arp_ignore", 1)), IsEmpty());
    EXPECT_THAT(after(check_arp_ignore,
                      [](Facts& f) {
                          f.settings["ipv4.eth0.arp_ignore"] = 2;
                          f.addresses[1].prefix_len = 24;
                      }),
                IsEmpty())
        << "the askers are in its network";
    EXPECT_THAT(
        after(check_arp_filter, at("ipv4.all.arp_filter", 1)),
        ElementsAre(warning("arp_filter is 1", {"sysctl -w net/ipv4/conf/all/arp_filter=0"})));
}

TEST(Doctor, NamesQuestionsInTheVipsName) {
    const auto unset = [](Facts& f) { f.settings.clear(); };
    EXPECT_THAT(
        after(check_arp_announce, unset),
        ElementsAre(warning("in the VIP's name", {"sysctl -w net/ipv4/conf/eth0/arp_announce=2"})));
    EXPECT_THAT(after(check_arp_announce,
                      [&](Facts& f) {
                          unset(f);
                          f.cluster.l2 = netlink::L2Mode::unicast;
                      }),
                IsEmpty());
    EXPECT_THAT(after(check_arp_announce,
                      [&](Facts& f) {
                          unset(f);
                          f.addresses.erase(f.addresses.begin());
                      }),
                IsEmpty())
        << "it has no other name";
}

TEST(Doctor, NamesAnotherDeviceOnTheLan) {
    const auto joined = [](Facts& f) { f.addresses[3].address = address("192.0.2.12"); };
    EXPECT_THAT(after(check_arp_neighbours, joined),
                ElementsAre(warning("eth1 is on the LAN of eth0 too",
                                    {"sysctl -w net/ipv4/conf/eth1/arp_ignore=1"})));
    EXPECT_THAT(after(check_arp_neighbours,
                      [&](Facts& f) {
                          joined(f);
                          f.settings["ipv4.eth1.arp_ignore"] = 1;
                      }),
                IsEmpty());
}

TEST(Doctor, NamesUnicastThatIsDroppedFromGroupFrames) {
    EXPECT_THAT(after(check_drop_unicast,
                      [](Facts& f) { f.settings["ipv4.all.drop_unicast_in_l2_multicast"] = 1; }),
                ElementsAre(warning(
                    "for ipv4", {"sysctl -w net/ipv4/conf/all/drop_unicast_in_l2_multicast=0"})));
    EXPECT_THAT(after(check_drop_unicast,
                      [](Facts& f) { f.settings["ipv6.eth0.drop_unicast_in_l2_multicast"] = 1; }),
                ElementsAre(warning(
                    "for ipv6", {"sysctl -w net/ipv6/conf/eth0/drop_unicast_in_l2_multicast=0"})));
}

TEST(Doctor, NamesASlowClock) {
    EXPECT_THAT(after(check_clock,
                      [](Facts& f) {
                          f.clock = "hpet";
                          f.clocks = {"hpet", "tsc", "acpi_pm"};
                      }),
                ElementsAre(warning("the kernel has tsc",
                                    {"echo tsc >/sys/devices/system/clocksource/clocksource0/"
                                     "current_clocksource"})));
    EXPECT_THAT(after(check_clock,
                      [](Facts& f) {
                          f.clock = "acpi_pm";
                          f.clocks = {"acpi_pm"};
                      }),
                ElementsAre(warning("acpi_pm", {"dmesg | grep -i -e clocksource -e tsc"})));
}

TEST(Doctor, NamesALeaseThatIsOver) {
    const auto over = [](Facts& f) { f.cluster.lease.state = netlink::LeaseState::expired; };
    EXPECT_THAT(after(check_lease, over),
                ElementsAre(error("no cohortd runs", {"systemctl start cohortd"})));
    EXPECT_THAT(after(check_lease,
                      [&](Facts& f) {
                          over(f);
                          f.daemon = true;
                      }),
                ElementsAre(error("until cohortd may renew it", {"cohortctl status"})));
}

TEST(Doctor, NamesNodesThatDiffer) {
    EXPECT_THAT(after(check_peers,
                      [](Facts& f) {
                          f.differences = {{"beta", "web.buckets", "4096", "2048"}};
                          f.warnings = {"link a is too slow"};
                      }),
                ElementsAre(error("beta differs in web.buckets: 4096 here, 2048 there",
                                  {"cohortctl reload"}),
                            warning("link a is too slow", {})));
}

TEST(Doctor, NamesAnotherOwnerOfTheVip) {
    EXPECT_THAT(after(check_owner,
                      [](Facts& f) {
                          f.claims = {{address("192.0.2.50"), f.cluster.mac},
                                      {address("192.0.2.50"), {0x52, 0x54, 0, 0, 0, 9}}};
                      }),
                ElementsAre(error("192.0.2.50 is answered for by 52:54:00:00:00:09", {})))
        << "other nodes answer with the cluster's MAC";
    EXPECT_THAT(after(check_owner, [](Facts& f) { f.unasked = "nobody may"; }),
                ElementsAre(warning("was not asked", {})));
}

TEST(Doctor, TellsTroublesWithWhatMendsThem) {
    Facts facts = healthy();
    EXPECT_THAT(findings_text(facts.cluster, examine(facts)), HasSubstr("web: ok: 16 checks"));
    facts.filter.clear();
    facts.devices[1].mtu = 1400;
    const auto findings = examine(facts);
    EXPECT_EQ(findings_text(facts.cluster, findings),
              "web: warning: mtu: the MTU of eth0 is 1400: longer frames, which others on an "
              "Ethernet may send, are lost here; it must be the same on all nodes\n"
              "    ip link set dev eth0 mtu 1500\n"
              "web: error: mac-filter: 03:c0:c0:00:02:32 is not in the filter of eth0: the device "
              "passes over frames to the cluster\n"
              "    bridge fdb add 03:c0:c0:00:02:32 dev eth0 self permanent\n");
    const Json json = findings_json(facts.cluster, findings);
    EXPECT_EQ(json["result"], "error");
    EXPECT_EQ(json["findings"].size(), 16U);
    EXPECT_EQ(json["findings"][1]["id"], "mtu");
    EXPECT_EQ(json["findings"][1]["result"], "warning");
    EXPECT_EQ(json["findings"][2]["result"], "ok");
}

TEST(DefaultDevices, AreThoseOfRoutesToAnywhere) {
    EXPECT_THAT(
        default_devices(
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
            "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
            "eth1\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
            "*\t00000000\t00000000\t0201\t0\t0\t9999\t00000000\t0\t0\t0\n"),
        ElementsAre("eth0"));
    EXPECT_THAT(default_devices(""), IsEmpty());
}

}  // namespace
}  // namespace cohort::ctl
