// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/status_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

const char* const kStatus = R"({"schema": 1, "cluster": "web", "node": "alpha", "epoch": 12,
"quorate": true, "mode": "links", "nodes": [
 {"id": 1, "name": "alpha", "state": "alive", "health": "well", "weight": 1, "owned": 2048,
  "keys": {"accepts": [1, 2], "sends": 1, "accepts_ours": true}, "differs": [], "links": []},
 {"id": 2, "name": "beta", "state": "silent", "health": "well", "weight": 1, "owned": 2048,
  "links": [{"name": "null-modem", "type": "serial", "state": "down", "age_ms": 1510,
             "rtt_ms": null, "hops": null},
            {"name": "lan", "type": "udp", "state": "up", "age_ms": 12, "rtt_ms": null,
             "hops": 1}]}],
"links": [{"name": "null-modem", "line_errors": {"overrun": 0, "framing": 17, "parity": 0,
           "break": 2}, "modem_lines": {"cts": true, "dsr": false, "dcd": false,
           "turns": 4}},
          {"name": "pty", "line_errors": null, "modem_lines": null}, {"name": "lan"}],
"addresses": [{"name": "web", "vips": ["192.0.2.50/24", "2001:db8::50/64"], "own": "0-2047"}]})";

TEST(StatusView, ShowsNodesLinksAndAddresses) {
    EXPECT_EQ(status_text(Json::parse(kStatus)),
              "cluster web, this is node alpha: quorate, epoch 12, mode links\n"
              "\n"
              "ID  NODE   STATE   HEALTH  WEIGHT  OWNED  KEYS\n"
              " 1  alpha  alive   well         1   2048  1* 2\n"
              " 2  beta   silent  well         1   2048  -\n"
              "\n"
              "NODE  LINK        TYPE    STATE  HOPS  AGE ms  RTT ms\n"
              "beta  null-modem  serial  down      -    1510       -\n"
              "beta  lan         udp     up        1      12       -\n"
              "\n"
              "LINE        OVERRUN  FRAMING  PARITY  BREAK  CTS  DSR  DCD  TURNS\n"
              "null-modem        0       17       0      2  yes  no   no       4\n"
              "\n"
              "address web\n"
              "  VIPs  192.0.2.50/24, 2001:db8::50/64\n"
              "  own   0-2047\n");
}

TEST(StatusView, SaysHowFarARotationIs) {
    const auto status = [](const char* keys) { return status_text({{"keys", Json::parse(keys)}}); };
    EXPECT_THAT(status(R"({"stage": 2, "waits_for": ["alpha", "beta"]})"),
                HasSubstr("keys: stage 2 of 3, waits for alpha, beta\n"));
    EXPECT_THAT(status(R"({"stage": 0, "waits_for": []})"), Not(HasSubstr("stage")));
}

TEST(StatusView, NamesTheSettingsInWhichANodeDiffers) {
    const Json status = Json::parse(R"({"nodes": [{"name": "beta", "differs": [
        {"setting": "[timing] lease", "here": "1s", "there": "2s"},
        {"setting": "[[address]] mail: vip", "here": null, "there": "192.0.2.51/24"}]}]})");
    EXPECT_THAT(status_text(status), HasSubstr("\nbeta differs, so neither acks the other:\n"
                                               "SETTING                HERE  THERE\n"
                                               "[timing] lease         1s    2s\n"
                                               "[[address]] mail: vip  -     192.0.2.51/24\n"));
}

TEST(StatusView, NeedsNoKeyAtAll) {
    EXPECT_THAT(status_text(Json::object()), HasSubstr("cluster -, this is node -: not quorate"));
    EXPECT_THAT(status_text(Json()), HasSubstr("not quorate"));
    EXPECT_THAT(status_text(Json::parse(
                    R"({"nodes": [7, null, {"keys": {}}], "addresses": "x", "keys": {}})")),
                HasSubstr("NODE"));
}

}  // namespace
}  // namespace cohort::ctl
