// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/admin/status.hpp"

#include "ctl/base/bucket_list.hpp"
#include "ctl/cohortd/config/rotation.hpp"
#include "ctl/cohortd/core/text.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace cohort::admin {
namespace {

using Json = nlohmann::json;

Json milliseconds(const std::optional<core::Duration>& duration) {
    if (!duration)
        return nullptr;
    return std::chrono::round<std::chrono::milliseconds>(*duration).count();
}

/// How many nodes the peer's frames come through; null while it is silent there.
Json hops(const link::Path& path, core::Time now, core::Duration detect) {
    const auto hops = path.hops(now, detect);
    return hops ? Json(*hops) : Json(nullptr);
}

Json links_to(core::NodeId peer, const Moment& moment, core::Duration detect) {
    Json all = Json::array();
    for (const auto& link : moment.links.links()) {
        const link::Path* path = link->path_to(peer);
        if (path == nullptr)
            continue;
        std::optional<core::Duration> age;
        if (path->heard_at())
            age = moment.now - *path->heard_at();
        all.push_back({{"name", link->config().name},
                       {"type", link->type()},
                       {"state", link_state(link->is_open(), *path, moment.now, detect)},
                       {"hops", hops(*path, moment.now, detect)},
                       {"age_ms", milliseconds(age)},
                       {"rtt_ms", milliseconds(path->round_trip())}});
    }
    return all;
}

/// Null until the node has told.
Json keys_of(const core::PeerView& node) {
    if (node.keys.empty())
        return nullptr;
    Json accepts = Json::array();
    Json sends;
    for (const core::KeyUse& key : node.keys) {
        accepts.push_back(key.id);
        if (key.sends)
            sends = key.id;
    }
    return {{"accepts", accepts}, {"sends", sends}, {"accepts_ours", node.accepts_our_keys}};
}

Json differences(const core::PeerView& node) {
    const auto value = [](const std::optional<std::string>& words) {
        return words ? Json(*words) : Json();
    };
    Json all = Json::array();
    for (const core::Difference& one : node.differences)
        all.push_back(
            {{"setting", one.name}, {"here", value(one.here)}, {"there", value(one.there)}});
    return all;
}

Json nodes(const core::View& view, const Moment& moment) {
    const core::Duration detect =
        core::make_timers(moment.config.heartbeat, moment.config.lease).detect;
    Json all = Json::array();
    for (const core::PeerView& node : view.nodes) {
        const auto named = std::ranges::find(moment.config.nodes, node.id, &config::Node::id);
        all.push_back({{"id", node.id},
                       {"name", named == moment.config.nodes.end() ? "" : named->name},
                       {"state", to_string(node.state)},
                       {"health", node.healthy ? "well" : "sick"},
                       {"weight", node.weight},
                       {"owned", node.owned},
                       {"keys", keys_of(node)},
                       {"differs", differences(node)},
                       {"links", links_to(node.id, moment, detect)}});
    }
    return all;
}

Json addresses(const Moment& moment) {
    const std::vector<core::Rights> held = moment.machine.held();
    Json all = Json::array();
    std::size_t first = 0;
    for (const config::Address& address : moment.config.addresses) {
        Json vips = Json::array();
        for (const Vip& vip : address.vips)
            vips.push_back(format_vip(vip));
        const BucketList own = collect_buckets(address.buckets, [&](std::uint32_t bucket) {
            return held[first + bucket] == core::Rights::both;
        });
        all.push_back({{"name", address.name},
                       {"vips", std::move(vips)},
                       {"buckets", address.buckets},
                       {"own", format_bucket_list(own)}});
        first += address.buckets;
    }
    return all;
}

/// How far a change of the set of nodes has come (R22).
std::string_view members_state(const core::View& view) {
    if (view.members_staged)
        return "staged";
    return view.members_settled ? "settled" : "unsettled";
}

/// What an operator should mend before a failure shows it.
Json warnings(const Moment& moment) {
    Json all = Json::array();
    const core::Timers timers = core::make_timers(moment.config.heartbeat, moment.config.lease);
    const core::Duration most = core::longest_round_trip(timers);
    for (const config::Node& node : moment.config.nodes) {
        for (const auto& link : moment.links.links()) {
            const link::Path* path = link->path_to(node.id);
            const auto took = path == nullptr ? std::nullopt : path->round_trip();
            if (took && *took > most)
                all.push_back(fmt::format(
                    "link {} is too slow for the lease: a round trip to {} takes {}, and must not "
                    "take over {}; raise the lease",
                    link->config().name, node.name, core::text(*took), core::text(most)));
        }
    }
    for (const auto& link : moment.links.links()) {
        const auto& stranger = link->stranger();
        if (stranger && moment.now - stranger->at <= timers.detect)
            all.push_back(fmt::format("link {} carries frames that are dropped: {}",
                                      link->config().name, wire::describe(stranger->as)));
    }
    return all;
}

/// What the driver of a serial port counts, since the link is there.
Json line_errors(const link::LineWatch& line) {
    if (!line.errors())
        return nullptr;
    return {{"overrun", line.errors()->overrun},
            {"framing", line.errors()->framing},
            {"parity", line.errors()->parity},
            {"break", line.errors()->breaks}};
}

Json modem_lines(const link::LineWatch& line) {
    if (!line.modem())
        return nullptr;
    return {{"cts", line.modem()->cts},
            {"dsr", line.modem()->dsr},
            {"dcd", line.modem()->dcd},
            {"turns", line.errors() ? Json(line.errors()->turns) : Json(nullptr)}};
}

/// The links by themselves, with what was dropped on each.
Json link_counts(const Moment& moment) {
    Json all = Json::array();
    for (const auto& link : moment.links.links()) {
        const link::LinkCounts& counts = link->counts();
        Json dropped = Json::object();
        for (std::size_t i = 0; i < wire::kDropReasons; ++i) {
            const auto reason = static_cast<wire::Drop>(i);
            dropped[std::string(key_of(reason))] = counts.dropped[reason];
        }
        Json one{{"name", link->config().name},       {"type", link->type()},
                 {"open", link->is_open()},           {"frames_read", counts.frames_read},
                 {"frames_sent", counts.frames_sent}, {"frames_relayed", counts.frames_relayed},
                 {"dropped", std::move(dropped)}};
        if (const link::LineWatch* line = link->line()) {
            one["line_errors"] = line_errors(*line);
            one["modem_lines"] = modem_lines(*line);
        }
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace

std::string_view to_string(core::NodeState state) {
    static constexpr std::array<std::string_view, 8> kWords{
        "unknown", "alive", "silent", "leaving", "left", "disagrees", "fencing", "deaf"};
    return kWords[static_cast<std::size_t>(state)];
}

std::string_view link_state(bool open, const link::Path& path, core::Time now,
                            core::Duration detect) {
    if (!open)
        return "down";
    return path.heard_at() && now - *path.heard_at() <= detect ? "up" : "silent";
}

Json status(const Moment& moment) {
    const core::View view = moment.machine.view(moment.now);
    const config::Rotation rotation = config::rotation(moment.config, view);
    return {{"schema", 1},
            {"cluster", moment.config.cluster},
            {"node", moment.config.node},
            {"epoch", view.epoch.counter},
            {"quorate", view.quorate},
            {"mode", config::to_string(moment.config.mode)},
            {"members", members_state(view)},
            {"assumption", config::assumption(moment.config)},
            {"warnings", warnings(moment)},
            {"healthy", view.healthy},
            {"leaving", view.leaving},
            {"serving", view.serving},
            {"serving_for_ms",
             milliseconds(std::max(view.serving_until - moment.now, core::Duration::zero()))},
            {"keys", {{"stage", rotation.stage}, {"waits_for", rotation.waits_for}}},
            {"nodes", nodes(view, moment)},
            {"addresses", addresses(moment)},
            {"links", link_counts(moment)}};
}

}  // namespace cohort::admin
