// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/invariants/lease_oracle.hpp"

#include <algorithm>

namespace cohort::invariants {

using namespace cohort::core;

LeaseOracle::LeaseOracle(const MachineConfig& config) : config_(&config) {}

void LeaseOracle::start(const Start& start, Time now) {
    *this = LeaseOracle(*config_);
    session_ = start.session;
    accepted_ = start.plan.id;
    quiet_since_ = now;
    if (now < start.kernel.deadline) {
        carry_ = start.kernel.deadline;
    }
}

std::optional<Time> LeaseOracle::lease_end() const {
    std::vector<std::pair<Time, unsigned>> parts;
    unsigned total = 0;
    for (const Member& member : config_->members) {
        total += member.votes;
        if (const auto it = acked_.find(member.id); it != acked_.end()) {
            parts.emplace_back(it->second, member.votes);
        }
    }
    std::sort(parts.rbegin(), parts.rend());
    unsigned votes = 0;
    for (const auto& [at, worth] : parts) {
        votes += worth;
        if (2 * votes > total) {
            return at + config_->timers.lease;
        }
    }
    return std::nullopt;
}

std::optional<Time> LeaseOracle::until() const {
    return std::max(lease_end(), carry_);
}

void LeaseOracle::count_acks(const Heartbeat& heartbeat) {
    if (heartbeat.header.epoch != accepted_) {
        return;
    }
    for (const HeartbeatEntry& entry : heartbeat.entries) {
        if (entry.peer != config_->self ||
            entry.session_tag != static_cast<std::uint16_t>(session_)) {
            continue;
        }
        const auto it = sent_.find(entry.seq);
        if (it != sent_.end() && it->second.epoch == accepted_) {
            Time& at = acked_[heartbeat.header.sender];
            at = std::max(at, it->second.at);
        }
    }
}

void LeaseOracle::grant(Time reading, Time now) {
    silence_ = reading - quiet_since_;
    const bool fence = config_->mode == QuorumMode::fence;
    if (config_->members.size() != 2 || (config_->mode != QuorumMode::links && !fence)) {
        return;
    }
    const bool valid = until() && now < *until();
    if (fence || silence_ >= config_->timers.silence_take ||
        (silence_ >= config_->timers.silence_keep && valid)) {
        for (const Member& member : config_->members) {
            if (member.id != config_->self) {
                acked_[member.id] = std::max(acked_[member.id], reading);
            }
        }
        granted_ = std::max(granted_, std::optional{reading + config_->timers.lease});
    }
}

void LeaseOracle::before(const Event& event, Time now) {
    if (const auto* begin = std::get_if<Start>(&event)) {
        start(*begin, now);
        return;
    }
    if (std::holds_alternative<LinksChanged>(event) ||
        std::holds_alternative<StrangerHeard>(event)) {
        restart_silence(now);
    } else if (const auto* read = std::get_if<FrameRead>(&event)) {
        // A frame sent before one that was read already ends no silence: any
        // window that it lies in holds the other one too.
        if (read_ > newest_) {
            newest_ = read_;
            quiet_since_ = now;
        }
        if (const auto* heartbeat = std::get_if<Heartbeat>(&read->message)) {
            count_acks(*heartbeat);
        }
    } else if (const auto* wake = std::get_if<Wake>(&event)) {
        grant(wake->input_read_since, now);
    }
}

void LeaseOracle::after(const Actions& actions, const EpochId& accepted, Time now) {
    if (accepted != accepted_) {
        const auto end = until();
        carry_ = end && now < *end ? end : std::nullopt;
        acked_.clear();
        granted_.reset();
        accepted_ = accepted;
    }
    for (const Action& action : actions) {
        const auto* send = std::get_if<Send>(&action);
        const auto* heartbeat = send != nullptr ? std::get_if<Heartbeat>(&send->message) : nullptr;
        if (heartbeat != nullptr && heartbeat->header.flags.want_lease) {
            while (!sent_.empty() && sent_.begin()->second.at + config_->timers.lease < now) {
                sent_.erase(sent_.begin());
            }
            sent_[static_cast<std::uint32_t>(heartbeat->header.seq)] = {heartbeat->header.epoch,
                                                                        now};
            acked_[config_->self] = now;
        }
    }
}

}  // namespace cohort::invariants
