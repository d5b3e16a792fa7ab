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

/// A frame with its envelope, which two nodes never need, and COBS around it.
std::size_t on_line(std::size_t frame, std::size_t nodes) {
    const std::size_t packet = frame + (nodes > 2 ? 1 : 0);
    return packet + (packet - 1) / 254 + 2;
}

Duration heartbeat_on_line(std::size_t nodes, unsigned baud) {
    return on_wire(serial_heartbeat_bytes(nodes), baud);
}

/// Of all nodes that a line may have to carry in one direction.
Duration heartbeats_on_line(std::size_t nodes, unsigned baud) {
    return static_cast<std::int64_t>(nodes - 1) * heartbeat_on_line(nodes, baud);
}

/// Compares both sides of one rule after the other, and keeps what it says of
/// the first that is broken.
class Rules {
public:
    /// `what` names the left side, `of` the right one, `advice` what to change.
    void at_least(const char* rule, const std::string& what, Duration left, const std::string& of,
                  Duration right, const std::string& advice) {
        judge(left >= right, rule, what, left, "at least " + of, right, advice);
    }
    void at_most(const char* rule, const std::string& what, Duration left, const std::string& of,
                 Duration right, const std::string& advice) {
        judge(left <= right, rule, what, left, "at most " + of, right, advice);
    }
    void below(const char* rule, const std::string& what, Duration left, const std::string& of,
               Duration right, const std::string& advice) {
        judge(left < right, rule, what, left, "below " + of, right, advice);
    }
    const std::optional<std::string>& broken() const { return broken_; }

private:
    void judge(bool holds, const char* rule, const std::string& what, Duration left,
               const std::string& bound, Duration right, const std::string& advice) {
        if (!holds && !broken_) {
            broken_ = std::string(rule) + ": " + what + " is " + text(left) + ", but must be " +
                      bound + " = " + text(right) + "; " + advice;
        }
    }

    std::optional<std::string> broken_;
};

const LinkTiming* slowest(const TimerContext& context) {
    const auto& links = context.links;
    const auto it = std::max_element(links.begin(), links.end(), [&](const auto& a, const auto& b) {
        return one_way_delay(a, context.nodes) < one_way_delay(b, context.nodes);
    });
    return it == links.end() ? nullptr : &*it;
}

bool is_serial(const LinkTiming& link) {
    return link.baud != 0;
}

/// The shortest heartbeat period for which check_capacity() passes a line.
Duration least_heartbeat(std::size_t nodes, unsigned baud) {
    const Duration heartbeats = heartbeats_on_line(nodes, baud);
    const Duration fragment = on_wire(serial_fragment_bytes(nodes), baud);
    return std::max(2 * heartbeats, heartbeats + fragment);
}

std::string what_would_do(const Timers& t, std::size_t nodes, const LinkTiming& link) {
    const std::string slower =
        "a heartbeat of " + text(round_up(least_heartbeat(nodes, link.baud)));
    for (const unsigned baud : kBauds) {
        if (least_heartbeat(nodes, baud) <= t.heartbeat) {
            return "use a line of " + std::to_string(baud) + " baud, or " + slower + " or more";
        }
    }
    return "no line is fast enough for that, so use " + slower + " or more";
}

/// Half of each line stays free, whatever is sent. In the other half a
/// heartbeat of each node passes in each period, and while a plan does, in each
/// two periods beside one of its fragments.
void check_capacity(Rules& rules, const Timers& t, const TimerContext& context) {
    const std::size_t nodes = context.nodes;
    for (const LinkTiming& link : context.links) {
        if (!is_serial(link)) {
            continue;
        }
        const std::string heartbeats =
            nodes == 2
                ? "a heartbeat"
                : "what a chain of lines carries, " + std::to_string(nodes - 1) +
                      " heartbeats of " + std::to_string(serial_heartbeat_bytes(nodes)) + " bytes,";
        const std::string advice = what_would_do(t, nodes, link);
        rules.at_most("capacity", heartbeats + " on serial link " + link.name,
                      heartbeats_on_line(nodes, link.baud), "half of the heartbeat period",
                      t.heartbeat / 2, advice);
        rules.at_most(
            "capacity", heartbeats + " and a fragment of a plan on serial link " + link.name,
            heartbeats_on_line(nodes, link.baud) + on_wire(serial_fragment_bytes(nodes), link.baud),
            "the heartbeat period", t.heartbeat, advice);
    }
}

/// A plan must reach the peer within T_detect where only serial lines can carry
/// it, of which half is used.
void check_plan(Rules& rules, const Timers& t, const TimerContext& context) {
    const auto& links = context.links;
    if (links.empty() || !std::all_of(links.begin(), links.end(), is_serial)) {
        return;
    }
    const std::size_t bytes = max_settled_plan_bytes(context.buckets, context.nodes);
    const std::size_t fragments = (bytes + kPlanFragmentBytes - 1) / kPlanFragmentBytes;
    const LinkTiming& fastest = *std::max_element(
        links.begin(), links.end(), [](const auto& a, const auto& b) { return a.baud < b.baud; });
    rules.at_most(
        "plan",
        "a plan of " + buckets_text(context.buckets) + " on half of serial link " + fastest.name,
        2 * on_wire(fragments * serial_fragment_bytes(context.nodes), fastest.baud),
        "the detection time", t.detect, "use fewer buckets, a faster line or a LAN link beside it");
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

std::size_t serial_heartbeat_bytes(std::size_t nodes) {
    constexpr std::size_t kHeaderAndMac = 80;
    constexpr std::size_t kEntry = 8;
    return on_line(kHeaderAndMac + kEntry * (nodes - 1), nodes);
}

std::size_t serial_fragment_bytes(std::size_t nodes) {
    constexpr std::size_t kHeaderAndMac = 84;
    return on_line(kHeaderAndMac + kPlanFragmentBytes, nodes);
}

double serial_share(std::size_t nodes, unsigned baud, Duration heartbeat) {
    return static_cast<double>(heartbeats_on_line(nodes, baud).count()) /
           static_cast<double>(heartbeat.count());
}

Duration one_way_delay(const LinkTiming& link, std::size_t nodes) {
    if (!is_serial(link)) {
        return kProcessing;
    }
    // At each relay another heartbeat may have begun.
    const auto lines = static_cast<std::int64_t>(nodes - 1);
    return lines * kProcessing + (2 * lines - 1) * heartbeat_on_line(nodes, link.baud);
}

Duration longest_round_trip(const Timers& timers) {
    return timers.lease - 5 * timers.heartbeat;
}

Duration longest_leave(const Timers& timers) {
    return 3 * timers.promise;
}

std::optional<std::string> check_timers(const Timers& t, const TimerContext& context) {
    const LinkTiming* link = slowest(context);
    const Duration d = link == nullptr ? Duration{0} : one_way_delay(*link, context.nodes);
    const std::string delays =
        "2 x " + text(d) + " one-way delay" + (link == nullptr ? "" : " of link " + link->name);

    Rules rules;
    rules.at_least("range", "the heartbeat", t.heartbeat, "the shortest supported", kLeastHeartbeat,
                   "use 100ms unless you know better");
    rules.at_most("range", "the lease", t.lease, "the kernel's longest", kMostLease,
                  "use 1s unless you know better");
    check_capacity(rules, t, context);  // first, since delays follow from it
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
    check_plan(rules, t, context);
    return rules.broken();
}

}  // namespace cohort::core
