// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/core/bench.hpp"

#include "ctl/cohortd/core/plan_transfer.hpp"

#include <utility>

namespace cohort::core::bench {

namespace {

std::string text_of(const std::vector<Rights>& rights) {
    std::string out;
    for (const Rights right : rights) {
        out += "-NDO"[static_cast<unsigned>(right)];
    }
    return out;
}

MachineConfig make_config(std::size_t nodes, QuorumMode mode, std::size_t buckets, NodeId self) {
    MachineConfig config;
    config.self = self;
    for (unsigned id = 1; id <= nodes; ++id) {
        config.members.push_back({static_cast<NodeId>(id), 1, 1, true});
    }
    config.mode = mode;
    config.timers = make_timers(milliseconds{100}, seconds{1});
    config.buckets = buckets;
    config.config_digest = kDigest;
    return config;
}

}  // namespace

Plan make_plan(std::uint64_t counter, NodeId planner, const std::string& owners) {
    Plan plan;
    plan.config_digest = kDigest;
    for (const char owner : owners) {
        plan.fresh.push_back(static_cast<NodeId>(owner - '0'));
    }
    plan.old = plan.fresh;
    seal_plan(plan, counter, planner);
    return plan;
}

Bench::Bench(std::size_t nodes, QuorumMode mode, std::size_t buckets, NodeId self)
    : config(make_config(nodes, mode, buckets, self)), timers(config.timers), machine(config) {
    for (const Member& member : config.members) {
        if (member.id != self) {
            Puppet puppet;
            puppet.id = member.id;
            puppet.session = 0xabcd'0000'0000'0000U + member.id;
            puppets_[member.id] = puppet;
        }
    }
}

void Bench::start(const Plan& plan, const KernelHeld& kernel, bool voter) {
    machine = Machine(config);
    newest_.reset();
    step(Start{kSession, 42, plan, {}, kernel, voter});
}

void Bench::step(const Event& event) {
    absorb(machine.step(event, now));
    while (!answers_.empty()) {
        for (const Event& answer : std::exchange(answers_, {})) {
            absorb(machine.step(answer, now));
        }
    }
}

void Bench::absorb(Actions actions) {
    for (Action& action : actions) {
        if (const auto* set = std::get_if<KernelSet>(&action)) {
            states_ = set->states;
            deadline_ = set->deadline;
            if (kernel_answers) {
                answers_.emplace_back(KernelDone{set->ticket, true});
            }
        } else if (const auto* renew = std::get_if<KernelRenew>(&action)) {
            deadline_ = renew->deadline;
        } else if (const auto* persist = std::get_if<Persist>(&action)) {
            if (disk_answers) {
                answers_.emplace_back(PersistDone{persist->ticket, true});
            }
        } else if (const auto* wake = std::get_if<WakeAt>(&action)) {
            wake_at_ = wake->at;
        } else if (const auto* send = std::get_if<Send>(&action)) {
            if (const auto* heartbeat = std::get_if<Heartbeat>(&send->message)) {
                newest_ = *heartbeat;
            }
        }
        log.push_back(std::move(action));
    }
}

void Bench::pass(Duration length) {
    const Time end = now + length;
    while (wake_at_ && *wake_at_ <= end) {
        now = std::max(now, *std::exchange(wake_at_, std::nullopt));
        wake();
    }
    now = end;
}

Header Bench::header(NodeId id) {
    Puppet& puppet = peer(id);
    Header out;
    out.sender = id;
    out.flags = puppet.flags;
    out.weight = puppet.weight;
    out.health = puppet.health;
    out.session = puppet.session;
    out.seq = ++puppet.seq;
    out.config_digest = puppet.config_digest;
    out.epoch = puppet.epoch;
    out.clear = puppet.clear;
    return out;
}

Heartbeat Bench::heartbeat(NodeId id) {
    Heartbeat out{header(id), {}};
    HeartbeatEntry entry;
    entry.peer = config.self;
    entry.heard_ok = peer(id).hears;
    entry.session_tag = static_cast<std::uint16_t>(kSession);
    entry.keys_seen = peer(id).keys_seen;
    entry.keys_ok = peer(id).keys_ok;
    if (peer(id).acks && newest_ && newest_->header.epoch == peer(id).epoch &&
        newest_->header.flags.want_lease) {
        entry.seq = static_cast<std::uint32_t>(newest_->header.seq);
    }
    out.entries.push_back(entry);
    for (const auto& [other, puppet] : puppets_) {
        if (other != id) {
            HeartbeatEntry heard;
            heard.peer = other;
            heard.heard_ok = peer(id).hears;
            out.entries.push_back(heard);
        }
    }
    return out;
}

void Bench::say(NodeId id, Message message) {
    (void)id;
    step(FrameRead{0, std::move(message)});
}

void Bench::beat(NodeId id) {
    say(id, heartbeat(id));
}

void Bench::prove(NodeId id) {
    forget();
    beat(id);
    const auto hellos = sent<Hello>();
    ASSERT_FALSE(hellos.empty()) << "an unknown session is challenged";
    say(id, Hello{header(id), config.self, 0, hellos.back().challenge});
}

void Bench::chatter(Duration length) {
    const Time end = now + length;
    while (now < end) {
        for (const auto& [id, puppet] : puppets_) {
            beat(id);
        }
        pass(std::min<Duration>(timers.heartbeat, end - now));
    }
}

void Bench::send_plan(NodeId id, const Plan& plan) {
    const EpochId before = std::exchange(peer(id).epoch, plan.id);
    const auto pieces = cut_plan(plan);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        say(id, PlanFragment{header(id), static_cast<std::uint16_t>(i),
                             static_cast<std::uint16_t>(pieces.size()), pieces[i]});
    }
    peer(id).epoch = before;
}

void Bench::follow(NodeId id) {
    peer(id).epoch = accepted();
    peer(id).flags.released = true;
    beat(id);
    pass(timers.trigger_gap);
    beat(id);
}

bool Bench::noted(const std::string& part) const {
    for (const Note& note : all<Note>()) {
        if (note.text.find(part) != std::string::npos) {
            return true;
        }
    }
    return false;
}

std::string Bench::kernel() const {
    return now < deadline_ ? text_of(states_) : std::string(states_.size(), '-');
}

std::string Bench::held() const {
    return text_of(machine.held());
}

void Bench::share(const std::string& owners, std::uint64_t counter) {
    start(make_plan(counter, 1, owners));
    for (auto& [id, puppet] : puppets_) {
        puppet.epoch = accepted();
        puppet.flags.released = true;
        prove(id);
    }
    chatter(milliseconds{300});
    forget();
}

}  // namespace cohort::core::bench
