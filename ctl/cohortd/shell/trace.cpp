// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/trace.hpp"

#include "ctl/base/bucket_list.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace cohort::shell {
namespace {

using core::Rights;

std::int64_t ns(core::Time time) {
    return time.time_since_epoch().count();
}

std::string id_text(const core::EpochId& id) {
    return fmt::format(R"("id":"{}.{}.{:016x}")", id.counter, id.planner, id.digest);
}

std::string digest_text(std::uint64_t digest) {
    return fmt::format(R"("digest":"{:016x}")", digest);
}

/// "new" and "old" of what `rights(bucket)` gives.
template <class RightsOf>
std::string rights_text(std::size_t buckets, RightsOf rights) {
    const auto list = [&](Rights right) {
        const auto bit = static_cast<unsigned>(right);
        return format_bucket_list(
            collect_buckets(static_cast<std::uint32_t>(buckets), [&](std::uint32_t bucket) {
                return (static_cast<unsigned>(rights(bucket)) & bit) != 0;
            }));
    };
    return fmt::format(R"("new":"{}","old":"{}")", list(Rights::fresh), list(Rights::old));
}

std::string states_text(const std::vector<Rights>& states) {
    return rights_text(states.size(), [&](std::size_t bucket) { return states[bucket]; });
}

std::string plan_text(const core::Plan& plan, core::NodeId self) {
    return fmt::format(R"({},"plan":{{{}}})", id_text(plan.id),
                       rights_text(plan.fresh.size(),
                                   [&](std::size_t bucket) { return plan.rights(self, bucket); }));
}

std::string flags_text(const core::HeaderFlags& flags) {
    std::string out;
    out += flags.released ? "R" : "";
    out += flags.want_lease ? "W" : "";
    out += flags.leaving ? "L" : "";
    out += flags.clear_valid ? "C" : "";
    out += flags.returning ? "S" : "";
    out += flags.serving ? "B" : "";
    return out;
}

std::string frame_text(const core::Message& message) {
    constexpr std::array kNames{"heartbeat", "plan", "plan_req",     "prevote", "prevote_ok",
                                "hello",     "keys", "settings_req", "settings"};
    static_assert(kNames.size() == std::variant_size_v<core::Message>);
    const core::Header& header = core::header_of(message);
    return fmt::format(R"("frame":"{}","seq":{},{},"flags":"{}")", kNames[message.index()],
                       header.seq, id_text(header.epoch), flags_text(header.flags));
}

std::string clear_text(std::uint64_t bits) {
    return format_bucket_list(collect_buckets(core::kMaxNodeId + 1, [bits](std::uint32_t id) {
        return id > 0 && (bits & core::node_bit(static_cast<core::NodeId>(id))) != 0;
    }));
}

std::string members_text(const std::vector<core::Member>& members) {
    std::string out;
    for (const core::Member& member : members)
        out += fmt::format("{}[{},{}]", out.empty() ? "" : ",", member.id, member.votes);
    return out;
}

std::string timers_text(const core::Timers& timers) {
    return fmt::format(R"("heartbeat":{},"lease":{},"promise":{},"keep":{},"take":{})",
                       timers.heartbeat.count(), timers.lease.count(), timers.promise.count(),
                       timers.silence_keep.count(), timers.silence_take.count());
}

/// By what a silent peer's ack may be replaced.
std::string facts_text(core::QuorumMode mode) {
    switch (mode) {
        case core::QuorumMode::links:
            return "links";
        case core::QuorumMode::fence:
            return "fence";
        case core::QuorumMode::witness:
        case core::QuorumMode::preferred:
        case core::QuorumMode::majority:
            break;
    }
    return "";
}

struct DescribeAction {
    std::string operator()(const core::Send& send) const {
        std::string out = fmt::format(R"("sent",{},"clear":"{}")", frame_text(send.message),
                                      clear_text(core::header_of(send.message).clear));
        if (const auto* heartbeat = std::get_if<core::Heartbeat>(&send.message)) {
            std::string acks;
            for (const core::HeartbeatEntry& entry : heartbeat->entries) {
                if (entry.seq != 0)
                    acks += fmt::format("{}[{},{},{}]", acks.empty() ? "" : ",", entry.peer,
                                        entry.session_tag, entry.seq);
            }
            out += fmt::format(R"(,"acks":[{}])", acks);
        }
        return out;
    }
    std::string operator()(const core::KernelSet& set) const {
        return fmt::format(R"("kernel_set","ticket":{},"epoch":{},"deadline":{},{})", set.ticket,
                           set.epoch_counter, ns(set.deadline), states_text(set.states));
    }
    std::string operator()(const core::KernelRenew& renew) const {
        return fmt::format(R"("kernel_renew","epoch":{},"deadline":{})", renew.epoch_counter,
                           ns(renew.deadline));
    }
    std::string operator()(const core::Persist& persist) const {
        return fmt::format(R"("persist","ticket":{},{})", persist.ticket, id_text(persist.plan.id));
    }
    std::string operator()(const core::Fence& fence) const {
        return fmt::format(R"("fence","ticket":{},"node":{})", fence.ticket, fence.node);
    }
    std::string operator()(const core::Note& note) const {
        return fmt::format(R"("note","level":{},"text":{})", static_cast<int>(note.level),
                           nlohmann::json(note.text).dump());
    }
    std::string operator()(const core::Stopped&) const { return R"("stopped")"; }
    // Told by the steps that follow.
    std::string operator()(const core::WakeAt&) const { return ""; }
};

}  // namespace

struct Trace::DescribeEvent {
    Trace& trace;
    core::Time now;

    std::string operator()(const core::FrameRead& read) const {
        const core::Header& header = core::header_of(read.message);
        if (!trace.admit(header, now))
            return "";
        std::string out = fmt::format(R"("heard","from":{},"session":"{:016x}",{})", header.sender,
                                      header.session, frame_text(read.message));
        if (const auto* heartbeat = std::get_if<core::Heartbeat>(&read.message)) {
            for (const core::HeartbeatEntry& entry : heartbeat->entries) {
                if (entry.peer == trace.config_.self && entry.seq != 0 &&
                    entry.session_tag == static_cast<std::uint16_t>(trace.session_))
                    out += fmt::format(R"(,"ack":[{},{}])", entry.session_tag, entry.seq);
            }
        }
        return out;
    }
    std::string operator()(const core::Wake& wake) const {
        const bool silence = now - trace.last_heard_ > trace.config_.timers.detect;
        const bool judges = trace.config_.mode == core::QuorumMode::fence ||
                            (trace.config_.mode == core::QuorumMode::links && silence);
        return judges ? fmt::format(R"("wake","reading":{})", ns(wake.input_read_since)) : "";
    }
    std::string operator()(const core::PersistDone& done) const {
        return fmt::format(R"("persist_done","ticket":{},"ok":{})", done.ticket, done.ok);
    }
    std::string operator()(const core::FenceDone& done) const {
        return fmt::format(R"("fence_done","ticket":{},"off":{})", done.ticket, done.off);
    }
    std::string operator()(const core::Reconfigure& change) const {
        return fmt::format(R"("members","members":[{}],{})", members_text(change.members),
                           digest_text(change.config_digest));
    }
    std::string operator()(const core::HealthChanged& health) const {
        return fmt::format(R"("health","healthy":{})", health.healthy);
    }
    std::string operator()(const core::LinksChanged&) const { return R"("links")"; }
    std::string operator()(const core::StrangerHeard& stranger) const {
        return fmt::format(R"("stranger","as_self":{})", stranger.as_self);
    }
    std::string operator()(const core::Leave&) const { return R"("leave")"; }
    std::string operator()(const core::Yield&) const { return R"("yield")"; }
    // Of no concern to who owns what.
    std::string operator()(const core::KeysChanged&) const { return ""; }
    // Written by functions of their own.
    std::string operator()(const core::Start&) const { return ""; }
    std::string operator()(const core::KernelDone&) const { return ""; }
};

Result<Trace> Trace::open(const std::string& path) {
    Trace trace;
    trace.file_.reset(std::fopen(path.c_str(), "ae"));
    if (!trace)
        return usage_error(fmt::format("cannot write the trace into '{}': {}", path,
                                       std::generic_category().message(errno)));
    std::setvbuf(trace.file_.get(), nullptr, _IOLBF, 1 << 16);
    return trace;
}

void Trace::line(core::Time at, const std::string& rest) {
    if (!file_ || rest.empty())
        return;
    const std::string text = fmt::format("{{\"t\":{},\"event\":{}}}\n", ns(at), rest);
    std::fwrite(text.data(), 1, text.size(), file_.get());
}

/// Copies over other links tell nothing new. A frame of a session before the
/// newest one is late, and no sign of life.
bool Trace::admit(const core::Header& header, core::Time now) {
    Heard& heard = heard_[header.sender];
    const bool known = std::find(heard.sessions.begin(), heard.sessions.end(), header.session) !=
                       heard.sessions.end();
    if (!known) {
        heard.sessions.push_back(header.session);
        heard.window = {};
    } else if (header.session != heard.sessions.back()) {
        return true;
    }
    if (!heard.window.admit(header.seq))
        return false;
    last_heard_ = now;
    return true;
}

void Trace::start(const core::MachineConfig& config, const core::Start& start, core::Time now) {
    if (!file_)
        return;
    config_ = config;
    session_ = start.session;
    accepted_ = start.plan.id;
    last_step_ = last_heard_ = now;
    line(now,
         fmt::format(
             R"("start","node":{},"session":"{:016x}",{},"facts":"{}","buckets":{},)"
             R"("members":[{}],"timers":{{{}}},{},"kernel":{{"epoch":{},"deadline":{},{}}})",
             config.self, start.session, digest_text(config.config_digest), facts_text(config.mode),
             config.buckets, members_text(config.members), timers_text(config.timers),
             plan_text(start.plan, config.self), start.kernel.epoch_counter,
             ns(start.kernel.deadline), states_text(start.kernel.states)));
}

void Trace::event(const core::Event& event, core::Time now) {
    if (!file_)
        return;
    if (now - std::exchange(last_step_, now) > 2 * config_.timers.heartbeat)
        line(now, R"("gap")");
    line(now, std::visit(DescribeEvent{*this, now}, event));
}

void Trace::accepted(const core::Plan& plan, core::Time now) {
    if (file_ && std::exchange(accepted_, plan.id) != plan.id)
        line(now, fmt::format(R"("accept",{},{})", plan_text(plan, config_.self),
                              digest_text(plan.config_digest)));
}

void Trace::action(const core::Action& action, core::Time now) {
    if (file_)
        line(now, std::visit(DescribeAction(), action));
}

void Trace::kernel_done(const core::KernelDone& done, core::Time at) {
    if (file_)
        line(at, fmt::format(R"("kernel_done","ticket":{},"ok":{})", done.ticket, done.ok));
}

void Trace::kernel_refused(core::Time at) {
    line(at, R"("kernel_refused")");
}

void Trace::kernel_remove(core::Time at) {
    line(at, R"("kernel_remove")");
}

}  // namespace cohort::shell
