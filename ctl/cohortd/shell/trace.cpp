// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/trace.hpp"

#include "ctl/base/bucket_list.hpp"
#include "ctl/cohortd/shell/clock.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <system_error>
#include <utility>

namespace cohort::shell {
namespace {

std::int64_t ns(core::Time time) {
    return time.time_since_epoch().count();
}

std::string list_of(const std::vector<core::Rights>& states, core::Rights right) {
    const auto bit = static_cast<unsigned>(right);
    return format_bucket_list(collect_buckets(
        static_cast<std::uint32_t>(states.size()),
        [&](std::uint32_t bucket) { return (static_cast<unsigned>(states[bucket]) & bit) != 0; }));
}

struct Describe {
    std::string operator()(const core::KernelSet& set) const {
        return fmt::format(
            R"("kernel_set","ticket":{},"epoch":{},"deadline":{},"new":"{}","old":"{}")",
            set.ticket, set.epoch_counter, ns(set.deadline),
            list_of(set.states, core::Rights::fresh), list_of(set.states, core::Rights::old));
    }
    std::string operator()(const core::KernelRenew& renew) const {
        return fmt::format(R"("kernel_renew","epoch":{},"deadline":{})", renew.epoch_counter,
                           ns(renew.deadline));
    }
    std::string operator()(const core::Persist& persist) const {
        return fmt::format(
            R"("persist","ticket":{},"epoch":{},"planner":{},"plan_digest":"{:016x}")",
            persist.ticket, persist.plan.id.counter, persist.plan.id.planner,
            persist.plan.id.digest);
    }
    std::string operator()(const core::Note& note) const {
        return fmt::format(R"("note","level":{},"text":{})", static_cast<int>(note.level),
                           nlohmann::json(note.text).dump());
    }
    std::string operator()(const core::Stopped&) const { return R"("stopped")"; }
    std::string operator()(const core::Fence& fence) const {
        return fmt::format(R"("fence","ticket":{},"node":{})", fence.ticket, fence.node);
    }
    // Too many to be of use, and told by their effects.
    std::string operator()(const core::Send&) const { return ""; }
    std::string operator()(const core::WakeAt&) const { return ""; }
};

}  // namespace

Result<Trace> Trace::open(const std::string& path) {
    Trace trace;
    trace.file_.reset(std::fopen(path.c_str(), "ae"));
    if (!trace)
        return usage_error(fmt::format("cannot write the trace into '{}': {}", path,
                                       std::generic_category().message(errno)));
    std::setvbuf(trace.file_.get(), nullptr, _IOLBF, 1 << 16);
    return trace;
}

void Trace::line(const std::string& rest) {
    if (!file_ || rest.empty())
        return;
    const std::string text = fmt::format("{{\"t\":{},\"event\":{}}}\n", ns(boot_now()), rest);
    std::fwrite(text.data(), 1, text.size(), file_.get());
}

void Trace::start(const core::MachineConfig& config, const core::Start& start) {
    if (file_)
        line(fmt::format(R"("start","node":{},"session":"{:016x}","epoch":{},"digest":"{:016x}")",
                         config.self, start.session, start.plan.id.counter, config.config_digest));
}

void Trace::action(const core::Action& action) {
    if (file_)
        line(std::visit(Describe(), action));
}

void Trace::kernel_done(const core::KernelDone& done) {
    if (file_)
        line(fmt::format(R"("kernel_done","ticket":{},"ok":{})", done.ticket, done.ok));
}

void Trace::persist_done(const core::PersistDone& done) {
    if (file_)
        line(fmt::format(R"("persist_done","ticket":{},"ok":{})", done.ticket, done.ok));
}

void Trace::fence_done(const core::FenceDone& done) {
    if (file_)
        line(fmt::format(R"("fence_done","ticket":{},"off":{})", done.ticket, done.off));
}

}  // namespace cohort::shell
