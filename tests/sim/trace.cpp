// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/trace.hpp"

#include "ctl/cohortd/core/text.hpp"

#include <fmt/format.h>

namespace cohort::sim {

using namespace cohort::core;

namespace {

std::string clock_text(Time at) {
    return fmt::format("{:.6f}", static_cast<double>(at.time_since_epoch().count()) * 1e-9);
}

std::string states_text(const std::vector<Rights>& states) {
    std::string out;
    for (const Rights right : states) {
        out += "-NOB"[static_cast<unsigned>(right)];
    }
    return out;
}

std::string plan_text(const Plan& plan) {
    return fmt::format("{} {}", core::text(plan.id), fmt::join(plan.fresh, ","));
}

std::string header_text(const Header& h) {
    return fmt::format("n{} #{} e={}{}{}{}{} {}", h.sender, h.seq, core::text(h.epoch),
                       h.flags.released ? " RELEASED" : "", h.flags.want_lease ? " want" : "",
                       h.flags.leaving ? " LEAVING" : "", h.flags.answer ? " answer" : "",
                       h.health == 0 ? "sick" : "");
}

struct MessageText {
    std::string operator()(const Heartbeat& m) const {
        std::string out = "heartbeat " + header_text(m.header);
        for (const HeartbeatEntry& entry : m.entries) {
            out += fmt::format(" [n{} acked {}]", entry.peer, entry.seq);
        }
        return out;
    }
    std::string operator()(const PlanFragment& m) const {
        return fmt::format("plan {}/{} {}", m.index + 1, m.count, header_text(m.header));
    }
    std::string operator()(const PlanRequest& m) const {
        return fmt::format("plan-request {} {}", core::text(m.wanted), header_text(m.header));
    }
    std::string operator()(const Prevote& m) const {
        return fmt::format("prevote {} {}", m.counter, header_text(m.header));
    }
    std::string operator()(const PrevoteOk& m) const {
        return fmt::format("prevote-ok {} {}", m.counter, header_text(m.header));
    }
    std::string operator()(const Hello& m) const {
        return fmt::format("hello{}{} {}", m.challenge != 0 ? " challenge" : "",
                           m.echo != 0 ? " echo" : "", header_text(m.header));
    }
    std::string operator()(const Keys& m) const {
        return fmt::format("keys #{} {}", m.tag, header_text(m.header));
    }
    std::string operator()(const SettingsRequest& m) const {
        return fmt::format("settings-request {} {}", m.index + 1, header_text(m.header));
    }
    std::string operator()(const SettingsFragment& m) const {
        return fmt::format("settings {}/{} {}", m.index + 1, m.count, header_text(m.header));
    }
};

struct EventText {
    std::string operator()(const Start& e) const { return "start, " + plan_text(e.plan); }
    std::string operator()(const FrameRead& e) const {
        return "reads " + std::visit(MessageText{}, e.message);
    }
    std::string operator()(const Wake& e) const {
        return "wakes, input read since " + clock_text(e.input_read_since);
    }
    std::string operator()(const KernelDone& e) const {
        return fmt::format("kernel {} {}", e.ticket, e.ok ? "done" : "refused");
    }
    std::string operator()(const PersistDone& e) const {
        return fmt::format("persist {} {}", e.ticket, e.ok ? "done" : "failed");
    }
    std::string operator()(const FenceDone& e) const {
        return fmt::format("fence {} {}", e.ticket, e.off ? "confirmed" : "failed");
    }
    std::string operator()(const HealthChanged& e) const {
        return e.healthy ? "turns healthy" : "turns sick";
    }
    std::string operator()(const Reconfigure& e) const {
        return fmt::format("is given {} members, digest {:x}", e.members.size(), e.config_digest);
    }
    std::string operator()(const LinksChanged&) const { return "links changed"; }
    std::string operator()(const StrangerHeard& e) const {
        return e.as_self ? "hears another one in its own name" : "hears a stranger";
    }
    std::string operator()(const KeysChanged&) const { return "keys changed"; }
    std::string operator()(const Leave&) const { return "is told to leave"; }
    std::string operator()(const Yield&) const { return "is told to restart"; }
};

struct ActionText {
    std::string operator()(const Send& a) const {
        return "  sends " + std::visit(MessageText{}, a.message);
    }
    std::string operator()(const KernelSet& a) const {
        return fmt::format("  kernel set {}: {} epoch {} until {}", a.ticket, states_text(a.states),
                           a.epoch_counter, clock_text(a.deadline));
    }
    std::string operator()(const KernelRenew& a) const {
        return "  kernel renew until " + clock_text(a.deadline);
    }
    std::string operator()(const Persist& a) const {
        return fmt::format("  persist {}: {}", a.ticket, plan_text(a.plan));
    }
    std::string operator()(const Fence& a) const {
        return fmt::format("  fence {}: node {}", a.ticket, a.node);
    }
    std::string operator()(const WakeAt& a) const { return "  wake at " + clock_text(a.at); }
    std::string operator()(const Note& a) const { return "  * " + a.text; }
    std::string operator()(const Stopped& a) const {
        return a.succeeded ? "  stopped for a successor" : "  stopped";
    }
};

}  // namespace

void Trace::say(TrueTime now, unsigned node, const std::string& text) {
    if (on_) {
        lines_.push_back(
            fmt::format("{:12.6f} n{} {}", static_cast<double>(now.count()) * 1e-9, node, text));
    }
}

std::string describe(const Event& event) {
    return std::visit(EventText{}, event);
}
std::string describe(const Action& action) {
    return std::visit(ActionText{}, action);
}

}  // namespace cohort::sim
