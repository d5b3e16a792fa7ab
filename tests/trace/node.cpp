// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/trace/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace cohort::trace {

using namespace cohort::core;

namespace {

/// More than a session has frames.
constexpr std::int64_t kSession = std::int64_t{1} << 48;

}  // namespace

bool same_cluster(const MachineConfig& a, const MachineConfig& b) {
    const bool same_members = std::equal(
        a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
        [](const Member& x, const Member& y) { return x.id == y.id && x.votes == y.votes; });
    return a.mode == b.mode && a.buckets == b.buckets && a.timers.lease == b.timers.lease &&
           same_members == (a.config_digest == b.config_digest);
}

Node::Node(std::size_t index, MachineConfig config, Duration doubt, invariants::Checker& checker)
    : index_(index),
      config_(std::move(config)),
      checker_(checker),
      doubt_(doubt),
      kernel_(config_.buckets, doubt) {}

void Node::loses_power() {
    kernel_ = Kernel(config_.buckets, doubt_);
    show_kernel();
}

void Node::start(const Line& line, Duration now) {
    const MachineConfig config = line.config();
    if (config.self != config_.self || !same_cluster(config, config_)) {
        throw std::invalid_argument(
            fmt::format("node {} starts with another configuration than the trace began with; a "
                        "trace speaks of one, of which the nodes may change",
                        config.self));
    }
    members_[config.config_digest] = config.members;
    Start start = line.start(config_);
    sessions_.clear();
    being_written_.clear();
    durable_ = start.plan.id;
    kernel_.taken_over(start.kernel, now);
    told(start, line.at());
    accept(std::move(start.plan), line.at());
    follow(config.config_digest);
}

void Node::accept(Plan plan, Time at) {
    plan_ = std::move(plan);
    checker_.after_step(index_, {}, plan_, at);
}

/// From here on it counts the votes of these members.
void Node::follow(std::uint64_t digest) {
    const auto known = members_.find(digest);
    if (known == members_.end()) {
        throw std::invalid_argument(
            "this plan is for a configuration that the node was never told");
    }
    checker_.members(index_, known->second);
}

void Node::did(const Action& action, Time at) {
    checker_.after_step(index_, {action}, plan_, at);
}

void Node::heard(const Line& line) {
    FrameRead read = line.heard(config_.self);
    const Header& header = header_of(read.message);
    std::vector<std::uint64_t>& sessions = sessions_[header.sender];
    auto session = std::find(sessions.begin(), sessions.end(), header.session);
    if (session == sessions.end()) {
        session = sessions.insert(sessions.end(), header.session);
    }
    checker_.reads(index_, kSession * (session - sessions.begin() + 1) +
                               static_cast<std::int64_t>(header.seq));
    told(std::move(read), line.at());
}

void Node::sent(const Line& line) {
    const Message message = line.sent(config_.self);
    did(Send{kNobody, message}, line.at());
    checker_.sends(index_, message, durable_);
}

void Node::update_kernel(const Line& line, Duration now) {
    const std::string& event = line.event();
    if (event == "kernel_set") {
        const KernelSet set = line.kernel_set(config_.buckets);
        did(set, line.at());
        kernel_.told(set);
    } else if (event == "kernel_done") {
        told(KernelDone{line.ticket(), line.ok()}, line.at());
        if (line.ok()) {
            kernel_.confirmed(line.ticket(), now);
        }
    } else if (event == "kernel_renew") {
        const KernelRenew renew = line.kernel_renew();
        did(renew, line.at());
        kernel_.told(renew);
    } else if (event == "kernel_remove") {
        kernel_.removed();
    } else if (event != "kernel_refused") {
        throw std::invalid_argument(fmt::format("there is no event '{}'", event));
    }
}

void Node::apply(const Line& line, Duration now) {
    const std::string& event = line.event();
    if (event == "kernel_refused") {
        kernel_.refused();
    } else if (event != "start") {
        kernel_.goes_on(now);
    }
    if (event == "start") {
        start(line, now);
    } else if (event == "heard") {
        heard(line);
    } else if (event == "sent") {
        sent(line);
    } else if (event == "wake") {
        told(Wake{line.reading()}, line.at());
    } else if (event == "gap") {
        checker_.late(index_, line.at());
    } else if (event == "links") {
        told(LinksChanged{}, line.at());
    } else if (event == "stranger") {
        told(StrangerHeard{}, line.at());
    } else if (event == "health") {
        told(HealthChanged{}, line.at());
    } else if (event == "fence_done") {
        told(FenceDone{line.ticket(), line.off()}, line.at());
    } else if (event == "members") {
        members_[line.digest()] = line.members();
    } else if (event == "leave") {
        told(Leave{}, line.at());
    } else if (event == "accept") {
        accept(line.plan(config_.self, config_.buckets), line.at());
        follow(line.digest());
    } else if (event == "persist") {
        being_written_[line.ticket()] = line.id();
    } else if (event == "persist_done") {
        told(PersistDone{line.ticket(), line.ok()}, line.at());
        const auto written = being_written_.find(line.ticket());
        if (line.ok() && written != being_written_.end()) {
            durable_ = written->second;
        }
    } else if (event == "yield") {
        told(Yield{}, line.at());
    } else if (event != "note" && event != "fence" && event != "stopped") {
        update_kernel(line, now);
    }
    pass(now);
}

void Node::pass(Duration now) {
    kernel_.pass(now);
    show_kernel();
}

void Node::show_kernel() {
    if (!kernel_.changed()) {
        return;
    }
    Kernel::Surely surely = kernel_.surely();
    if (surely != shown_) {
        shown_ = std::move(surely);
        checker_.kernel(index_, shown_.epoch, shown_.states, shown_.deadline);
    }
    checker_.kernel_may_hold(index_, kernel_.may_hold());
}

}  // namespace cohort::trace
