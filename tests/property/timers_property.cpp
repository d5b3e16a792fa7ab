// SPDX-License-Identifier: GPL-2.0-or-later
//
// Derived timers keep section 10's rules wherever check_timers() says so.
#include "ctl/cohortd/core/timers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cohort::core {
namespace {

using std::chrono::milliseconds;

constexpr double kRho = 1e-3;

double ms(Duration d) {
    return static_cast<double>(d.count()) * 1e-6;
}

struct Choice {
    Timers timers;
    TimerContext context;
    double d = 1;
};

Choice any_choice() {
    Choice out;
    const auto heartbeat = milliseconds{*rc::gen::inRange(1, 2000)};
    const auto lease = milliseconds{*rc::gen::inRange(10, 30000)};
    out.timers = make_timers(heartbeat, lease);
    out.context.buckets = *rc::gen::inRange<std::size_t>(1, 4097);
    out.context.nodes = *rc::gen::inRange<std::size_t>(2, 33);
    out.context.links = {{"lan", 0}};
    if (*rc::gen::arbitrary<bool>()) {
        out.context.links.push_back(
            {"serial", *rc::gen::element(9600U, 19200U, 38400U, 57600U, 115200U, 921600U)});
        out.d = ms(one_way_delay(out.context.links.back(), out.context.nodes));
    }
    return out;
}

RC_GTEST_PROP(Timers, ThatAreAcceptedKeepEveryRule, ()) {
    const auto [t, context, d] = any_choice();
    RC_PRE(!check_timers(t, context));
    RC_ASSERT(ms(t.promise) >= ms(t.lease) * (1 + kRho) / (1 - kRho) + 50);          // T1
    RC_ASSERT(ms(t.lease) >= 5 * ms(t.heartbeat) + 2 * d);                           // T2
    RC_ASSERT(3 * ms(t.heartbeat) < ms(t.detect));                                   // T4
    RC_ASSERT(ms(t.detect) + 4 * d + 10 < ms(t.promise));                            // T4
    RC_ASSERT(t.silence_take >= t.promise);                                          // T5
    RC_ASSERT(ms(t.silence_long) >= ms(t.promise) + ms(t.window) * (1 + 2 * kRho));  // T6
    RC_ASSERT(ms(t.fresh) >= 2 * ms(t.heartbeat) + 2 * d);                           // T_fresh
    RC_ASSERT(ms(t.silence_keep) * (1 - kRho) >= (ms(t.fresh) + ms(t.window)) * (1 + kRho));  // T7
    RC_ASSERT(ms(t.silence_keep) <= ms(t.lease) - 2 * ms(t.heartbeat) - 2 * d);               // T7
}

RC_GTEST_PROP(Timers, AreAcceptedForAnyLeaseOfTenHeartbeatsOnALan, ()) {
    const auto heartbeat = milliseconds{*rc::gen::inRange(20, 2000)};
    const auto lease = heartbeat * *rc::gen::inRange(10, 100);
    TimerContext context;
    context.buckets = 4096;
    context.links = {{"lan", 0}};
    RC_ASSERT(!check_timers(make_timers(heartbeat, lease), context));
}

RC_GTEST_PROP(Timers, ARefusalNamesTheRuleAndTheWayOut, ()) {
    const auto [t, context, d] = any_choice();
    const auto broken = check_timers(t, context);
    RC_PRE(broken.has_value());
    RC_ASSERT(broken->find(": ") != std::string::npos);
    RC_ASSERT(broken->find("must be") != std::string::npos);
    RC_ASSERT(broken->find("; ") != std::string::npos);
    RC_ASSERT(broken->find('\n') == std::string::npos);
}

}  // namespace
}  // namespace cohort::core
