// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cohort::testbed {
namespace {

using nlohmann::json;

// A flow without an answer for so long is dark in a live line.
constexpr auto kDark = std::chrono::milliseconds(250);
// An exchange on an open connection that took longer is a stall.
constexpr auto kStall = std::chrono::milliseconds(50);

double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

json optional(const std::optional<Duration>& duration) {
    return duration ? json(milliseconds(*duration)) : json();
}

template <class Map>
json by_node(const Map& map) {
    json object = json::object();
    for (const auto& [node, value] : map)
        object[std::to_string(node)] = value;
    return object;
}

json answers_by_node(const Ledger& ledger) {
    json object = json::object();
    for (NodeId node = 1; node <= 64; ++node)
        if (const auto answers = ledger.answers_of(node))
            object[std::to_string(node)] = answers;
    return object;
}

json udp_totals(const Stream& stream) {
    const Ledger& ledger = stream.udp();
    std::uint64_t unanswered = 0, repeats = 0;
    Duration slowest{};
    for (const Question& question : ledger.questions()) {
        unanswered += !question.is_answered(stream.options().timeout);
        repeats += question.repeats;
        if (question.nodes)
            slowest = std::max(slowest, question.answered - question.sent);
    }
    return {{"flows", ledger.flows()},
            {"asked", ledger.questions().size()},
            {"unanswered", unanswered},
            {"twice", ledger.twice()},
            {"repeats", repeats},
            {"stray", ledger.stray()},
            {"slowest_ms", milliseconds(slowest)},
            {"answers", answers_by_node(ledger)}};
}

json owner_view(const OwnerView& view) {
    return {{"flows", view.flows},
            {"asked", view.asked},
            {"unanswered", view.unanswered},
            {"dark_flows", view.dark_flows},
            {"blackout_max_ms", milliseconds(view.longest)}};
}

json udp_event(const EventView& view) {
    std::map<NodeId, json> owners;
    for (const auto& [node, owner] : view.by_owner)
        owners[node] = owner_view(owner);
    std::map<NodeId, double> last_answered;
    for (const auto& [node, after] : view.last_answered)
        last_answered[node] = milliseconds(after);
    const auto& dark = view.blackouts;
    return {{"asked", view.asked},
            {"unanswered", view.unanswered},
            {"twice", view.twice},
            {"first_twice_ms", optional(view.first_twice)},
            {"last_twice_ms", optional(view.last_twice)},
            {"dark_flows", dark.size()},
            {"still_dark", view.still_dark},
            {"moved", view.moved},
            {"blackout_median_ms", dark.empty() ? 0.0 : milliseconds(dark[dark.size() / 2])},
            {"blackout_max_ms", dark.empty() ? 0.0 : milliseconds(dark.back())},
            {"last_unanswered_ms", optional(view.last_unanswered)},
            {"last_answered_ms", by_node(last_answered)},
            {"by_owner", by_node(owners)}};
}

/// `in` tells whether a moment belongs to the event.
template <class In>
json tcp_event(const Stream& stream, const TcpSnapshot& before, In in) {
    std::map<NodeId, std::size_t> lost;
    std::map<std::string, std::size_t> reasons;
    for (const Loss& loss : stream.tcp().losses())
        if (in(loss.at)) {
            ++lost[loss.node];
            ++reasons[loss.why];
        }
    std::map<NodeId, double> stalls;
    for (const Stall& stall : stream.tcp().stalls(stream.end(), kStall))
        if (in(stall.begin))
            stalls[stall.node] = std::max(stalls[stall.node], milliseconds(stall.length));
    return {{"open_before", by_node(before.open)},
            {"lost", by_node(lost)},
            {"lost_why", reasons},
            {"stall_max_ms", by_node(stalls)}};
}

template <class In>
json connects_event(const Stream& stream, In in) {
    std::size_t begun = 0, pending = 0;
    std::map<NodeId, std::size_t> answered;
    std::map<std::string, std::size_t> failed;
    Duration slowest{};
    for (const Connects::Attempt& attempt : stream.connects().attempts()) {
        if (!in(attempt.begin))
            continue;
        ++begun;
        if (attempt.node)
            ++answered[attempt.node];
        else if (attempt.failure.empty())
            ++pending;
        else
            ++failed[attempt.failure];
        slowest = std::max(slowest, attempt.took);
    }
    return {{"begun", begun},
            {"answered", by_node(answered)},
            {"failed", failed},
            {"pending", pending},
            {"slowest_ms", milliseconds(slowest)}};
}

}  // namespace

json stream_report(const Stream& stream) {
    const auto views = analyse(stream.udp().questions(), stream.udp().flows(), stream.marks(),
                               stream.end(), stream.options().timeout);
    const Time start = stream.marks().front().at;
    json events = json::array();
    for (std::size_t i = 0; i < views.size(); ++i) {
        const EventView& view = views[i];
        const bool last = i + 1 == views.size();
        const auto in = [&](Time at) { return at >= view.at && (last || at < view.until); };
        events.push_back({{"name", view.name},
                          {"at_ms", milliseconds(view.at - start)},
                          {"for_ms", milliseconds(view.until - view.at)},
                          {"udp", udp_event(view)},
                          {"tcp", tcp_event(stream, stream.snapshots()[i], in)},
                          {"connects", connects_event(stream, in)}});
    }
    return {{"udp", udp_totals(stream)},
            {"tcp",
             {{"connections", stream.tcp().size()},
              {"opened", stream.tcp().opened()},
              {"answers", stream.tcp().answers()},
              {"misanswered", stream.tcp().misanswered()},
              {"lost", stream.tcp().losses().size()},
              {"open", by_node(stream.tcp().open_by_node())}}},
            {"connects", connects_event(stream, [](Time) { return true; })},
            {"events", events}};
}

std::string flat(json report) {
    if (report.contains("events")) {
        json by_name = json::object();
        for (const json& event : report["events"])
            by_name[event["name"].get<std::string>()] = event;
        report["events"] = by_name;
    }
    std::string lines;
    const json values = report.flatten();
    for (const auto& [path, value] : values.items())
        if (!value.is_null())
            lines += fmt::format("{} {}\n", path.substr(1), value.dump());
    return lines;
}

json live_report(const Stream& stream, Time now) {
    const Ledger& ledger = stream.udp();
    return {{"live",
             {{"at_ms", milliseconds(now - stream.marks().front().at)},
              {"event", stream.marks().back().name},
              {"asked", ledger.questions().size()},
              {"answers", answers_by_node(ledger)},
              {"flows", by_node(ledger.flows_by_owner())},
              {"dark", ledger.dark_flows(now, kDark)},
              {"twice", ledger.twice()},
              {"tcp", by_node(stream.tcp().open_by_node())},
              {"tcp_lost", stream.tcp().losses().size()}}}};
}

}  // namespace cohort::testbed
