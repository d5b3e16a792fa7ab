// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/machine.hpp"

#include "ctl/cohortd/core/machine_state.hpp"
#include "ctl/cohortd/core/mutate.hpp"
#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/core/text.hpp"

#include <stdexcept>
#include <utility>

namespace cohort::core {

Machine::Machine(MachineConfig config) : state_(std::make_unique<State>(std::move(config))) {}
Machine::~Machine() = default;
Machine::Machine(Machine&&) noexcept = default;
Machine& Machine::operator=(Machine&&) noexcept = default;

Actions Machine::step(const Event& event, Time now) {
    return state_->step(event, now);
}
const Plan& Machine::plan() const {
    return state_->plan;
}
std::vector<Rights> Machine::held() const {
    return state_->holdings.held();
}

Machine::State::State(MachineConfig machine_config)
    : config(std::move(machine_config)),
      electorate(config),
      voter(electorate, config.timers),
      lease(electorate, config.timers),
      barrier(electorate),
      holdings(config.buckets, config.self),
      settings(encode_settings(config.settings)),
      plan(empty_plan(config.buckets, config.config_digest)) {
    if (config.groups.empty()) {
        config.groups.push_back(config.buckets);
    }
    for (std::size_t i = 0; i < electorate.size(); ++i) {
        peers.emplace_back();
        if (i != electorate.self()) {
            peers.back().emplace(config.buckets);
        }
    }
}

Actions Machine::State::step(const Event& event, Time now) {
    actions.clear();
    if (const auto* start = std::get_if<Start>(&event)) {
        if (started) {
            throw std::logic_error("a machine starts once");
        }
        begin(*start, now);
    }
    if (!started || leaving == Leaving::stopped) {
        return std::exchange(actions, {});
    }
    watch_loop(now);
    // What ran out is gone before anything that arrived later could save it.
    lapse(now);
    // Half of all frames are copies, by as many links as there are.
    if (dispatch(event, now) || !actions.empty()) {
        settle(now);
    }
    if (is_mute()) {
        std::erase_if(actions,
                      [](const Action& action) { return std::holds_alternative<Send>(action); });
    }
    waking = false;
    last_step = now;
    return std::exchange(actions, {});
}

void Machine::State::begin(const Start& start, Time now) {
    started = true;
    session = start.session;
    random = Random(start.entropy);
    has_vote = start.voter;
    if (has_vote && start.kernel.epoch_counter > start.plan.id.counter) {
        has_vote = false;
        note(Note::Level::alert,
             "the kernel is at epoch " + std::to_string(start.kernel.epoch_counter) +
                 ", the durable state only at " + std::to_string(start.plan.id.counter) +
                 ": it was lost or rolled back, so this node has no vote and serves nothing; stop "
                 "all nodes, delete the cluster here with cohortctl, and start again");
    } else if (!has_vote) {
        note(Note::Level::alert,
             "the durable state was lost, so this node has no vote and serves nothing");
    }
    // A plan of another configuration says nothing of our buckets, but its
    // epoch was accepted and must not be forgotten (R5). Nor must what was
    // promised to nodes that this configuration does not know (R22).
    plan.id = start.plan.id;
    plan_config = plan.id.counter > 0 ? start.plan.config_digest : config.config_digest;
    if (plan_config != config.config_digest) {
        forgets_at = now + longest_promise(start);
    }
    if (start.plan.config_digest == config.config_digest &&
        start.plan.fresh.size() == config.buckets && start.plan.old.size() == config.buckets) {
        take(start.plan);
    }
    plan_whole = plan.id.counter > 0 && (is_sealed(plan) || mutated(Mutation::epoch_id_reused));
    highest_counter = plan.id.counter;
    voter.start(now, longest_promise(start));
    for (auto& peer : peers) {
        if (peer) {
            peer->silence.restart(now);
            peer->lives_since = now;
        }
    }
    heartbeat_due = now;
    last_step = now;
    resume_kernel(start.kernel, now);
    note(Note::Level::info, "started at epoch " + text(plan.id));
}

/// The last lease may have been longer than this configuration's.
Duration Machine::State::longest_promise(const Start& start) const {
    return std::max(start.promised, config.timers.promise);
}

/// R24: what was not heard while this loop did not run proves nothing.
void Machine::State::watch_loop(Time now) {
    if (now - *last_step <= 2 * config.timers.heartbeat || mutated(Mutation::stall_is_silence)) {
        return;
    }
    note(Note::Level::warning, "this loop did not run for " + text(now - *last_step));
    for (auto& peer : peers) {
        if (peer) {
            peer->silence.restart(now);
            peer->silent = false;
            peer->lives_since = now;
            peer->deaf_since.reset();
        }
    }
}

bool Machine::State::dispatch(const Event& event, Time now) {
    if (const auto* read = std::get_if<FrameRead>(&event)) {
        return on_frame(read->message, now);
    }
    struct Visitor {
        State& s;
        Time now;
        void operator()(const Start&) const {}
        void operator()(const FrameRead&) const {}
        void operator()(const Wake& wake) const {
            s.waking = true;
            s.last_reading = wake.input_read_since;
        }
        void operator()(const KernelDone& done) const { s.on_kernel_done(done, now); }
        void operator()(const PersistDone& done) const { s.on_persisted(done, now); }
        void operator()(const FenceDone& done) const { s.on_fence_done(done, now); }
        void operator()(const HealthChanged& health) const {
            if (s.healthy != health.healthy) {
                s.healthy = health.healthy;
                s.note(Note::Level::notice,
                       s.healthy ? "this node is healthy" : "this node is sick");
                s.trigger(Trigger::change, now);
            }
        }
        void operator()(const LinksChanged&) const { s.restart_silence(now); }
        void operator()(const StrangerHeard& stranger) const { s.on_stranger(stranger, now); }
        void operator()(const Reconfigure& change) const { s.on_reconfigure(change, now); }
        void operator()(const KeysChanged& change) const { s.change_keys(change); }
        void operator()(const Leave&) const { s.on_leave(now); }
        void operator()(const Yield&) const { s.on_yield(now); }
    };
    std::visit(Visitor{*this, now}, event);
    return true;
}

void Machine::State::settle(Time now) {
    if (waking) {
        wake_soon = false;
        judge_silence(now);
    }
    judge_rivals(now);
    keep_carried(now);
    advance_barrier(now);
    settle_members(now);
    persist(now);
    judge_host(now);
    plan_ahead(now);
    advance_fencing(now);
    advance_leave(now);
    if (leaving == Leaving::stopped) {
        return;
    }
    send_heartbeats(now);
    try_open(now);
    if (kernel_stale && (!set_again_at || now >= *set_again_at)) {
        set_kernel(now);
    } else {
        push_deadline(now);
    }
    publish_again(now);
    const bool serves = lease.valid(now);
    if (served && !serves) {
        note(Note::Level::warning, "the lease ran out: nothing is served until it is renewed");
    }
    served = serves;
    act(WakeAt{next_wake(now)});
}

/// Of a disk that is full, read-only or stuck, and a kernel that refuses: this node stays at
/// its epoch, or silent. Its share of later ones would be dark for as long: it is sick, and
/// others are to have that.
void Machine::State::judge_host(Time now) {
    judge(disk_owes, "the disk has not taken an epoch", "the disk takes epochs again", now);
    judge(kernel_owes, "the kernel has not taken the states of an epoch",
          "the kernel takes states again", now);
}

void Machine::State::judge(Owed& owed, const std::string& trouble, const std::string& relief,
                           Time now) {
    const bool overdue = owed.since && now - *owed.since > config.timers.promise;
    if (overdue == owed.overdue) {
        return;
    }
    owed.overdue = overdue;
    note(overdue ? Note::Level::alert : Note::Level::notice,
         overdue
             ? trouble + " for " + text(config.timers.promise) + ": this node is sick until it does"
             : relief);
    trigger(Trigger::change, now);
}

void Machine::State::note(Note::Level level, std::string text) {
    act(Note{level, std::move(text)});
}

std::string Machine::State::name(std::size_t member) const {
    const Member& named = electorate[member];
    return named.name.empty() ? "node " + std::to_string(named.id) : named.name;
}

}  // namespace cohort::core
