// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/timers.hpp"

#include <gmock/gmock.h>

namespace cohort::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

const LinkTiming kLan{"lan", 0};
const LinkTiming kSerial{"null-modem", 115200};

TimerContext context(std::vector<LinkTiming> links = {kLan}) {
    return {QuorumMode::links, 2, 4096, std::move(links)};
}

std::string broken(const Timers& timers, const TimerContext& where = context()) {
    return check_timers(timers, where).value_or("");
}

TEST(Timers, AtTheDefaultsAreTheTablesValues) {
    const Timers t = make_timers(milliseconds{100}, seconds{1});
    EXPECT_EQ(t.promise, milliseconds{1100});
    EXPECT_EQ(t.detect, milliseconds{350});
    EXPECT_EQ(t.silence_take, milliseconds{1100});
    EXPECT_EQ(t.window, milliseconds{450});
    EXPECT_EQ(t.silence_long, milliseconds{1600});
    EXPECT_EQ(t.fresh, milliseconds{250});
    EXPECT_EQ(t.silence_keep, milliseconds{750});
    EXPECT_EQ(t.damp, seconds{5});
    EXPECT_EQ(t.drain, seconds{300});
    EXPECT_EQ(t.trigger_gap, milliseconds{5});
}

TEST(Timers, AtTheDefaultsHoldOnLanAndSerial) {
    const Timers t = make_timers(milliseconds{100}, seconds{1});
    EXPECT_EQ(broken(t, context({kLan})), "");
    EXPECT_EQ(broken(t, context({kLan, kSerial})), "");
    EXPECT_EQ(broken(t, context({{"slow", 38400}, kLan})), "");
}

TEST(Timers, ScaleWithTheHeartbeatAndTheLease) {
    EXPECT_EQ(broken(make_timers(milliseconds{50}, milliseconds{500})), "");
    EXPECT_EQ(broken(make_timers(milliseconds{100}, seconds{3})), "");
    EXPECT_EQ(broken(make_timers(milliseconds{300}, seconds{3})), "");
    EXPECT_EQ(make_timers(milliseconds{100}, seconds{3}).promise, milliseconds{3300});
    EXPECT_EQ(make_timers(milliseconds{20}, milliseconds{200}).trigger_gap, milliseconds{5});
}

TEST(Timers, AShortLeaseStillOutlastsTheDriftAndTheGuard) {
    EXPECT_GE(make_timers(milliseconds{20}, milliseconds{200}).promise, milliseconds{250});
}

TEST(Timers, T1NamesTheNumbersOfAPromiseShorterThanTheLease) {
    Timers t = make_timers(milliseconds{100}, seconds{1});
    t.promise = milliseconds{1050};
    EXPECT_THAT(broken(t), HasSubstr("T1: the promise is 1050 ms, but must be at least"));
    EXPECT_THAT(broken(t), HasSubstr("= 1053"));
}

TEST(Timers, T2RefusesALeaseOfFewHeartbeats) {
    EXPECT_THAT(broken(make_timers(milliseconds{100}, milliseconds{500})),
                HasSubstr("T2: the lease is 500 ms, but must be at least 5 heartbeats + 2 x 1 ms "
                          "one-way delay of link lan = 502 ms"));
}

TEST(Timers, T4RefusesADetectionOfThreeHeartbeats) {
    Timers t = make_timers(milliseconds{100}, seconds{1});
    t.detect = milliseconds{300};
    EXPECT_THAT(broken(t), HasSubstr("T4: 3 heartbeats is 300 ms, but must be below"));
    t.detect = milliseconds{1090};
    EXPECT_THAT(broken(t), HasSubstr("T4: detection + 4 one-way delays + a durable write"));
}

TEST(Timers, T5RefusesATakeoverBeforeThePromiseRanOut) {
    Timers t = make_timers(milliseconds{100}, seconds{1});
    t.silence_take = milliseconds{1099};
    EXPECT_THAT(broken(t), HasSubstr("T5: "));
    TimerContext majority = context();
    majority.mode = QuorumMode::majority;
    EXPECT_EQ(broken(t, majority), "") << "only mode links takes over by silence";
}

TEST(Timers, T6RefusesALongSilenceThatIsNotLonger) {
    Timers t = make_timers(milliseconds{100}, seconds{1});
    t.silence_long = milliseconds{1550};
    EXPECT_THAT(broken(t), HasSubstr("T6: "));
}

TEST(Timers, TFreshMustCoverTwoHeartbeatsAndTheWay) {
    Timers t = make_timers(milliseconds{100}, seconds{1});
    t.fresh = milliseconds{201};
    EXPECT_THAT(broken(t), HasSubstr("T_fresh: "));
}

TEST(Timers, T7BoundsTheKeepSilenceOnBothSides) {
    Timers t = make_timers(milliseconds{100}, seconds{1});
    t.silence_keep = milliseconds{700};
    EXPECT_THAT(broken(t), HasSubstr("T7: "));
    EXPECT_THAT(broken(t), HasSubstr("at least (fresh + window)"));
    t.silence_keep = milliseconds{799};
    EXPECT_THAT(broken(t), HasSubstr("at most lease - 2 heartbeats"));
}

TEST(Timers, ALineTooSlowForTheHeartbeatIsRefused) {
    const Timers t = make_timers(milliseconds{100}, seconds{1});
    EXPECT_NE(broken(t, context({{"old", 9600}, kLan})), "");
    EXPECT_NE(broken(t, context({{"old", 19200}, kLan})), "");
    EXPECT_EQ(broken(make_timers(milliseconds{400}, seconds{5}), context({{"old", 9600}, kLan})),
              "");
    Timers roomy = make_timers(milliseconds{150}, seconds{5});
    roomy.silence_keep = milliseconds{1300};
    roomy.fresh = milliseconds{600};
    EXPECT_THAT(broken(roomy, context({{"old", 9600}, kLan})),
                HasSubstr("capacity: a heartbeat on serial link old is 93.7 ms"));
}

TEST(Timers, APlanTooLongForTheOnlyLineIsRefused) {
    TimerContext only = context({kSerial});
    only.buckets = 65536;
    const Timers t = make_timers(milliseconds{100}, seconds{1});
    EXPECT_THAT(broken(t, only), HasSubstr("plan: a plan of 65536 buckets on half of serial link "
                                           "null-modem is 4792.7 ms, but must be at most"));
    only.buckets = 4096;
    EXPECT_EQ(broken(t, only), "") << "as many as one address has by default";
    only.buckets = 65536;
    only.links.push_back(kLan);
    EXPECT_EQ(broken(t, only), "") << "a LAN beside it carries plans";
}

TEST(Timers, ASlowLineIsRefusedWithWhatWouldDo) {
    const Timers t = make_timers(milliseconds{100}, seconds{1});
    EXPECT_EQ(broken(t, context({{"old", 9600}, kLan})),
              "capacity: a heartbeat on serial link old is 93.7 ms, but must be at most half of "
              "the heartbeat period = 50 ms; use a line of 38400 baud, or a heartbeat of 317 ms or "
              "more");
    EXPECT_THAT(broken(t, context({{"old", 19200}, kLan})),
                HasSubstr("a heartbeat and a fragment of a plan on serial link old"))
        << "heartbeats must keep coming beside a plan";
}

TEST(Timers, ALineOfManyNodesMustCarryTheHeartbeatsOfAll) {
    const Timers t = make_timers(milliseconds{100}, seconds{1});
    TimerContext many = context({{"ring", 115200}, kLan});
    many.mode = QuorumMode::majority;
    many.nodes = 5;
    EXPECT_EQ(broken(t, many), "");
    many.nodes = 6;
    EXPECT_EQ(broken(t, many),
              "capacity: what a chain of lines carries, 5 heartbeats of 123 bytes, on serial link "
              "ring is 53.3 ms, but must be at most half of the heartbeat period = 50 ms; use a "
              "line of 230400 baud, or a heartbeat of 107 ms or more");
    many.links[0].baud = 230400;
    EXPECT_EQ(broken(t, many), "");
    many.nodes = 32;
    many.links[0].baud = 921600;
    EXPECT_THAT(broken(t, many), HasSubstr("no line is fast enough for that, so use a heartbeat "
                                           "of 224 ms or more"));
    EXPECT_EQ(broken(make_timers(milliseconds{300}, seconds{3}), many), "");
}

TEST(Timers, WhatWouldDoDoes) {
    for (std::size_t nodes = 2; nodes <= 32; ++nodes) {
        for (const unsigned baud : kBauds) {
            TimerContext where = context({{"line", baud}, kLan});
            where.mode = QuorumMode::majority;
            where.nodes = nodes;
            const std::string words = broken(make_timers(milliseconds{100}, seconds{1}), where);
            const std::string before = "a heartbeat of ";
            const auto at = words.rfind(before);
            if (at == std::string::npos) {
                continue;
            }
            const milliseconds heartbeat{std::stoi(words.substr(at + before.size()))};
            const std::string then = broken(make_timers(heartbeat, 20 * heartbeat), where);
            EXPECT_EQ(then.find("capacity"), std::string::npos) << then;
        }
    }
}

TEST(SerialBudget, IsThatOfTheProtocol) {
    EXPECT_EQ(serial_heartbeat_bytes(2), 90U);
    EXPECT_EQ(serial_heartbeat_bytes(3), 99U);    // an entry more, and the envelope
    EXPECT_EQ(serial_heartbeat_bytes(64), 589U);  // 584, envelope, 4 of framing
    EXPECT_EQ(serial_fragment_bytes(2), 214U);
    EXPECT_NEAR(serial_share(2, 115200, milliseconds{100}), 0.08, 0.005);
    EXPECT_NEAR(serial_share(3, 115200, milliseconds{100}), 0.17, 0.005);
}

TEST(Timers, OutOfRangeIsRefused) {
    EXPECT_THAT(broken(make_timers(milliseconds{0}, seconds{1})),
                HasSubstr("range: the heartbeat"));
    EXPECT_THAT(broken(make_timers(milliseconds{100}, std::chrono::hours{2})),
                HasSubstr("range: the lease"));
}

TEST(OneWayDelay, CountsTheTimeOnAWire) {
    EXPECT_EQ(one_way_delay(kLan, 2), milliseconds{1});
    EXPECT_EQ(one_way_delay(kSerial, 2) / std::chrono::microseconds{1}, 1000 + 7812);
}

TEST(OneWayDelay, CountsTheRelaysOfAChain) {
    // Two lines, and at the relay the heartbeat that has begun already.
    EXPECT_EQ(one_way_delay(kSerial, 3) / std::chrono::microseconds{1}, 2 * 1000 + 3 * 8594 - 1);
    EXPECT_EQ(one_way_delay(kLan, 3), milliseconds{1});
}

}  // namespace
}  // namespace cohort::core
