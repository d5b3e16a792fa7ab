// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/recorder.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace cohort::sim {

shell::Trace& Recorder::trace(std::size_t host) {
    traces_.resize(hosts_.size());
    if (!traces_[host]) {
        Recording recording{fmt::format("{}/n{}.{}", directory_, host + 1, recordings_.size()),
                            scheduler_.now() - hosts_[host]->now().time_since_epoch()};
        auto opened = shell::Trace::open(recording.path);
        if (!opened) {
            throw std::runtime_error(opened.error().message);
        }
        traces_[host] = *std::move(opened);
        recordings_.push_back(std::move(recording));
    }
    return traces_[host];
}

void Recorder::before_step(std::size_t host, const core::Event& event, Time now) {
    shell::Trace& trace = this->trace(host);
    if (const auto* start = std::get_if<core::Start>(&event)) {
        trace.start(hosts_[host]->config(), *start, now);
    }
    if (const auto* done = std::get_if<core::KernelDone>(&event)) {
        trace.kernel_done(*done, now);
    }
    trace.event(event, now);
    next_.before_step(host, event, now);
}

void Recorder::after_step(std::size_t host, const core::Actions& actions, Time now) {
    trace(host).accepted(hosts_[host]->machine().plan(), now);
    next_.after_step(host, actions, now);
}

void Recorder::acts(std::size_t host, const core::Action& action) {
    trace(host).action(action, hosts_[host]->now());
    next_.acts(host, action);
}

void Recorder::kernel_changed(std::size_t host) {
    if (!hosts_[host]->powered() && host < traces_.size()) {
        traces_[host] = {};
    }
    next_.kernel_changed(host);
}

void Recorder::started(std::size_t host) {
    next_.started(host);
}

void Recorder::frame_read(std::size_t host, const Frame& frame) {
    next_.frame_read(host, frame);
}

void Recorder::running_changed() {
    next_.running_changed();
}

}  // namespace cohort::sim
