// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/checker.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cohort::sim {

void Checker::begin() {
    std::vector<core::MachineConfig> configs;
    for (const auto& host : hosts_) {
        configs.push_back(host->config());
    }
    last_step_.resize(hosts_.size());
    const invariants::Clocks& clocks = *this;
    invariants_.emplace(std::move(configs), clocks);
}

bool Checker::all_served() const {
    constexpr std::array kRights{core::Rights::fresh, core::Rights::old};
    for (std::size_t b = 0; b < hosts_.front()->config().buckets; ++b) {
        for (const core::Rights right : kRights) {
            if (servers(b, right).size() != 1) {
                return false;
            }
        }
    }
    return true;
}

void Checker::before_step(std::size_t host, const core::Event& event, Time now) {
    const Time last = std::exchange(last_step_[host], now);
    const Duration most = 2 * hosts_[host]->config().timers.heartbeat;
    if (now - last > most && !std::holds_alternative<core::Start>(event)) {
        invariants_->late(host, now);
    }
    invariants_->before_step(host, event, now);
    assumption_.watch(scheduler_.now());
}

void Checker::after_step(std::size_t host, const core::Actions& actions, Time now) {
    invariants_->after_step(host, actions, hosts_[host]->machine().plan(), now);
}

void Checker::acts(std::size_t host, const core::Action& action) {
    if (const auto* send = std::get_if<core::Send>(&action)) {
        invariants_->sends(host, send->message, hosts_[host]->durable().id);
    }
}

void Checker::kernel_changed(std::size_t host) {
    const Kernel& kernel = hosts_[host]->kernel();
    invariants_->kernel(host, kernel.epoch(), kernel.states(), kernel.serves_until());
}

void Checker::started(std::size_t host) {
    if (hosts_[host]->faults().forgets_plan) {
        invariants_->forgets(host);
    }
}

void Checker::frame_read(std::size_t host, const Frame& frame) {
    assumption_.read(frame.sent);
    invariants_->reads(host, frame.sent.count());
}

void Checker::running_changed() {
    const bool all =
        std::all_of(hosts_.begin(), hosts_.end(), [](const auto& host) { return host->on_time(); });
    assumption_.watch(scheduler_.now());
    assumption_.both_run(all, scheduler_.now());
}

}  // namespace cohort::sim
