// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/timers.hpp"

#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/core/text.hpp"

#include <algorithm>

namespace cohort::core {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr unsigned kBitsPerByte = 10;  // 8N1
constexpr Duration kProcessing = milliseconds{1};
constexpr Duration kLeastHeartbeat = milliseconds{20};
constexpr Duration kMostLease = std::chrono::hours{1};

Duration round_up(Duration d) {
    return std::chrono::ceil<milliseconds>(d);
}

/// How long `d` on the fastest clock may last on the slowest, rounded up.
Duration drifted(Duration d) {
    return Duration{d.count() / (kMillion - kClockErrorPpm) * (kMillion + kClockErrorPpm) +
                    (kMillion + kClockErrorPpm)};
}

/// T1's right side.
Duration least_promise(Duration lease) {
    return drifted(lease) + kClockGuard;
}

Duration on_wire(std::size_t bytes, unsigned baud) {
    return Duration{static_cast<std::int64_t>(bytes) * kBitsPerByte * 1'000'000'000 / baud};
}

/// Compares both sides of one rule after the other, and keeps what it says of
/// the first that is broken.
class Rules {
public:
    /// `what` names the left side, `of` the right one, `advice` what to change.
    void at_least(const char* rule, const std::string& what, Duration left, const std::string& of,
                  Duration right, const char* advice) {
        judge(left >= right, rule, what, left, "at least " + of, right, advice);
    }
    void at_most(const char* rule, const std::string& what, Duration left, const std::string& of,
                 Duration right, const char* advice) {
        judge(left <= right, rule, what, left, "at most " + of, right, advice);
    }
    void below(const char* rule, const std::string& what, Duration left, const std::string& of,
               Duration right, const char* advice) {
        judge(left < right, rule, what, left, "below " + of, right, advice);
    }
    const std::optional<std::string>& broken() const { return broken_; }

private:
    void judge(bool holds, const char* rule, const std::string& what, Duration left,
               const std::string& bound, Duration right, const char* advice) {
        if (!holds && !broken_) {
            broken_ = std::string(rule) + ": " + what + " is " + text(left) + ", but must be " +
                      bound + " = " + text(right) + "; " + advice;
        }
    }

    std::optional<std::string> broken_;
};

const LinkTiming* slowest(const std::vector<LinkTiming>& links) {
    const auto it = std::max_element(links.begin(), links.end(), [](const auto& a, const auto& b) {
        return one_way_delay(a) < one_way_delay(b);
    });
    return it == links.end() ? nullptr : &*it;
}

bool is_serial(const LinkTiming& link) {
    return link.baud != 0;
}

/// Half of each line stays free for triggered heartbeats and plans.
void check_capacity(Rules& rules, const Timers& t, const TimerContext& context) {
    for (const LinkTiming& link : context.links) {
        if (is_serial(link)) {
            rules.at_most("capacity", "a heartbeat on serial link " + link.name,
                          on_wire(kSerialHeartbeatBytes, link.baud), "half of the heartbeat period",
                          t.heartbeat / 2, "raise the line's baud or the heartbeat");
        }
    }
}

/// A plan must reach the peer within T_detect where only serial lines can carry it.
void check_plan(Rules& rules, const Timers& t, const TimerContext& context) {
    const auto& links = context.links;
    if (links.empty() || !std::all_of(links.begin(), links.end(), is_serial)) {
        return;
    }
    const std::size_t bytes = max_settled_plan_bytes(context.buckets, context.nodes);
    const std::size_t fragments = (bytes + kPlanFragmentBytes - 1) / kPlanFragmentBytes;
    const LinkTiming& fastest = *std::max_element(
        links.begin(), links.end(), [](const auto& a, const auto& b) { return a.baud < b.baud; });
    rules.at_most("plan",
                  "a plan of " + buckets_text(context.buckets) + " on serial link " + fastest.name,
                  on_wire(fragments * kSerialFragmentBytes, fastest.baud), "the detection time",
                  t.detect, "use fewer buckets, a faster line or a LAN link beside it");
}

void check_links_mode(Rules& rules, const Timers& t, Duration d, const std::string& delays) {
    rules.at_least("T5", "the silence before a takeover", t.silence_take, "the promise", t.promise,
                   "raise the silence");
    rules.at_least(
        "T6", "the long silence before a takeover", t.silence_long, "promise + window (1 + 2 rho)",
        t.promise + t.window + 2 * t.window * kClockErrorPpm / kMillion, "raise the silence");
    rules.at_least("T_fresh", "the age up to which an ack is fresh", t.fresh,
                   "2 heartbeats + " + delays, 2 * t.heartbeat + 2 * d,
                   "raise the heartbeat, or use a faster line");
    rules.at_least("T7", "the silence before own buckets are kept", t.silence_keep,
                   "(fresh + window) (1 + rho) / (1 - rho)", drifted(t.fresh + t.window),
                   "raise the silence");
    rules.at_most("T7", "the silence before own buckets are kept", t.silence_keep,
                  "lease - 2 heartbeats - " + delays, t.lease - 2 * t.heartbeat - 2 * d,
                  "raise the lease or shorten the heartbeat");
}

}  // namespace

Timers make_timers(Duration heartbeat, Duration lease) {
    Timers t{};
    t.heartbeat = heartbeat;
    t.lease = lease;
    t.promise = round_up(std::max(least_promise(lease), lease + lease / 10));
    t.detect = heartbeat * 7 / 2;
    t.silence_take = t.promise;
    t.window = heartbeat * 9 / 2;
    t.silence_long = t.promise + heartbeat * 5;
    t.fresh = heartbeat * 5 / 2;
    t.silence_keep = heartbeat * 15 / 2;
    t.damp = lease * 5;
    t.drain = seconds{300};
    t.trigger_gap = std::min<Duration>(milliseconds{5}, heartbeat / 4);
    return t;
}

Duration one_way_delay(const LinkTiming& link) {
    return kProcessing + (link.baud == 0 ? Duration{0} : on_wire(kSerialHeartbeatBytes, link.baud));
}

Duration longest_round_trip(const Timers& timers) {
    return timers.lease - 5 * timers.heartbeat;
}

std::optional<std::string> check_timers(const Timers& t, const TimerContext& context) {
    const LinkTiming* link = slowest(context.links);
    const Duration d = link == nullptr ? Duration{0} : one_way_delay(*link);
    const std::string delays =
        "2 x " + text(d) + " one-way delay" + (link == nullptr ? "" : " of link " + link->name);

    Rules rules;
    rules.at_least("range", "the heartbeat", t.heartbeat, "the shortest supported", kLeastHeartbeat,
                   "use 100ms unless you know better");
    rules.at_most("range", "the lease", t.lease, "the kernel's longest", kMostLease,
                  "use 1s unless you know better");
    rules.at_least("T1", "the promise", t.promise, "lease (1 + rho) / (1 - rho) + guard",
                   least_promise(t.lease), "raise the promise");
    rules.at_least("T2", "the lease", t.lease, "5 heartbeats + " + delays, 5 * t.heartbeat + 2 * d,
                   "raise the lease or shorten the heartbeat");
    rules.below("T4", "3 heartbeats", 3 * t.heartbeat, "the detection time", t.detect,
                "raise the detection time");
    rules.below("T4", "detection + 4 one-way delays + a durable write",
                t.detect + 4 * d + kDurableWrite, "the promise", t.promise,
                "raise the lease or shorten the heartbeat");
    if (context.mode == QuorumMode::links) {
        check_links_mode(rules, t, d, delays);
    }
    check_capacity(rules, t, context);
    check_plan(rules, t, context);
    return rules.broken();
}

}  // namespace cohort::core
