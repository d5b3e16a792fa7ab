// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/checker.hpp"

#include "ctl/cohortd/core/holdings.hpp"
#include "ctl/cohortd/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cohort::sim {

using namespace cohort::core;

namespace {

constexpr std::array kRights{Rights::fresh, Rights::old};

const char* right_name(Rights right) {
    return right == Rights::fresh ? "N" : "O";
}

bool has(Rights all, Rights one) {
    return (all & one) != Rights::none;
}

std::size_t slot(std::size_t bucket, Rights right) {
    return 2 * bucket + (right == Rights::old ? 1 : 0);
}

}  // namespace

void Checker::begin() {
    for (const auto& host : hosts_) {
        seen_.emplace_back(host->config());
        seen_.back().states.assign(host->config().buckets, Rights::none);
    }
    opened_.assign(2 * hosts_.front()->config().buckets, {});
}

void Checker::fail(const std::string& text) {
    if (!violation_) {
        violation_ = text;
    }
}

bool Checker::links() const {
    return hosts_.front()->config().mode == QuorumMode::links;
}

bool Checker::virtual_facts() const {
    return links() || hosts_.front()->config().mode == QuorumMode::fence;
}

std::vector<std::size_t> Checker::servers(std::size_t bucket, Rights right) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        if (hosts_[i]->powered() &&
            has(hosts_[i]->kernel().serves(bucket, hosts_[i]->now()), right)) {
            out.push_back(i);
        }
    }
    return out;
}

bool Checker::all_served() const {
    for (std::size_t b = 0; b < hosts_.front()->config().buckets; ++b) {
        for (const Rights right : kRights) {
            if (servers(b, right).size() != 1) {
                return false;
            }
        }
    }
    return true;
}

/// I1
void Checker::check_single_owner() {
    for (std::size_t b = 0; b < hosts_.front()->config().buckets; ++b) {
        for (const Rights right : kRights) {
            const auto who = servers(b, right);
            if (who.size() > 1 && !overlap_expected_) {
                fail(fmt::format("I1: bucket {} right {} is served by node {} and node {}", b,
                                 right_name(right), hosts_[who[0]]->config().self,
                                 hosts_[who[1]]->config().self));
            }
        }
    }
}

/// I4. With virtual facts it holds only in part, and there I1 says the same.
void Checker::check_no_return(std::size_t changed) {
    Seen& seen = seen_[changed];
    const Kernel& kernel = hosts_[changed]->kernel();
    for (std::size_t b = 0; b < seen.states.size(); ++b) {
        for (const Rights right : kRights) {
            Opened& opened = opened_[slot(b, right)];
            if (has(kernel.states()[b], right) && !has(seen.states[b], right)) {
                ++openings_;
                if (kernel.epoch() >= opened.epoch) {
                    opened = {kernel.epoch(), changed};
                }
            }
            for (const std::size_t who : servers(b, right)) {
                if (!virtual_facts() && who != opened.host &&
                    hosts_[who]->kernel().epoch() < opened.epoch) {
                    fail(
                        fmt::format("I4: node {} serves bucket {} at epoch {} after node {} opened "
                                    "it at epoch {}",
                                    hosts_[who]->config().self, b, hosts_[who]->kernel().epoch(),
                                    hosts_[opened.host]->config().self, opened.epoch));
                }
            }
        }
    }
    seen.states = kernel.states();
}

void Checker::kernel_changed(std::size_t host) {
    check_single_owner();
    check_no_return(host);
}

/// I3 and I6
void Checker::sends(std::size_t index, const Header& header) {
    const Host& host = *hosts_[index];
    Seen& seen = seen_[index];
    if (only_ownership_) {
        return;
    }
    if (header.epoch < seen.shown) {
        fail(fmt::format("I3: node {} shows epoch {} after {}", header.sender, text(header.epoch),
                         text(seen.shown)));
    }
    seen.shown = std::max(seen.shown, header.epoch);
    if (header.epoch > host.durable().id) {
        fail(fmt::format("I3: node {} shows epoch {}, durable is only {}", header.sender,
                         text(header.epoch), text(host.durable().id)));
    }
    if (!header.flags.released || host.machine().plan().id != header.epoch) {
        return;
    }
    for (std::size_t b = 0; b < host.kernel().states().size(); ++b) {
        const Rights held = host.kernel().states()[b];
        if ((held & host.machine().plan().rights(header.sender, b)) != held) {
            fail(
                fmt::format("I6: node {} says RELEASED at epoch {}, but its kernel holds bucket {}",
                            header.sender, text(header.epoch), b));
        }
    }
}

/// I7
void Checker::check_deadline(std::size_t index, Time deadline) {
    const auto until = seen_[index].oracle.until();
    if (!only_ownership_ && (!until || deadline > *until)) {
        fail(fmt::format("I7: node {} sets a deadline {} beyond its lease",
                         hosts_[index]->config().self,
                         until ? text(deadline - *until) : std::string("without one,")));
    }
}

/// I8
void Checker::check_virtual_opening(std::size_t index) {
    const Seen& seen = seen_[index];
    const Host& host = *hosts_[index];
    if (!links() || !seen.waking || seen.oracle.silence() < host.config().timers.silence_keep) {
        return;
    }
    const std::vector<Rights> held = host.machine().held();
    bool opened = false;
    for (std::size_t b = 0; b < held.size(); ++b) {
        opened |= (held[b] & seen.held[b]) != held[b];
    }
    if (!opened) {
        return;
    }
    ++takeovers_;
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        for (std::size_t b = 0; i != index && hosts_[i]->powered() && b < held.size(); ++b) {
            if (hosts_[i]->kernel().serves(b, hosts_[i]->now()) != Rights::none &&
                !overlap_expected_) {
                fail(fmt::format("I8: node {} takes over while node {} still serves bucket {}",
                                 host.config().self, hosts_[i]->config().self, b));
            }
        }
    }
}

void Checker::before_step(std::size_t index, const Event& event, Time now) {
    Seen& seen = seen_[index];
    seen.waking = std::holds_alternative<Wake>(event);
    seen.held = hosts_[index]->machine().held();
    seen.oracle.before(event, hosts_[index]->machine().plan().id, now);
    assumption_.watch(scheduler_.now());
}

void Checker::after_step(std::size_t index, const Actions& actions, Time now) {
    Seen& seen = seen_[index];
    seen.oracle.after(actions, hosts_[index]->machine().plan().id, now);
    for (const Action& action : actions) {
        if (const auto* set = std::get_if<KernelSet>(&action)) {
            const bool any = std::any_of(set->states.begin(), set->states.end(),
                                         [](Rights r) { return r != Rights::none; });
            if (any) {
                check_deadline(index, set->deadline);
            }
        } else if (const auto* renew = std::get_if<KernelRenew>(&action)) {
            check_deadline(index, renew->deadline);
        }
    }
    check_virtual_opening(index);
}

void Checker::started(std::size_t host) {
    if (hosts_[host]->faults().forgets_plan) {
        seen_[host].shown = {};
    }
}

void Checker::frame_read(std::size_t host, const Frame& frame) {
    assumption_.read(frame.sent);
    seen_[host].oracle.frame_read(frame.sent);
}

void Checker::running_changed() {
    const bool all =
        std::all_of(hosts_.begin(), hosts_.end(), [](const auto& host) { return host->on_time(); });
    assumption_.watch(scheduler_.now());
    assumption_.both_run(all, scheduler_.now());
}

}  // namespace cohort::sim
