// SPDX-License-Identifier: GPL-2.0-or-later
//
// One machine on a bench: a clock that the test turns, a kernel and a disk that
// answer when told to, and peers whose every frame the test writes.
#pragma once

#include "ctl/cohortd/core/machine.hpp"
#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/core/sessions.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace cohort::core::bench {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr std::uint64_t kDigest = 0xc0f0;
inline constexpr std::uint64_t kSession = 0x1111'2222'3333'4444;

/// A plan with both rights alike, "1122" giving buckets 0 and 1 to node 1; '0' is nobody.
Plan make_plan(std::uint64_t counter, NodeId planner, const std::string& owners);

/// What a peer says in its next frames.
struct Puppet {
    NodeId id = kNobody;
    std::uint64_t session = 0;
    std::uint64_t seq = 0;
    EpochId epoch;
    HeaderFlags flags{.released = false,
                      .want_lease = true,
                      .leaving = false,
                      .clear_valid = true,
                      .answer = false};
    std::uint8_t weight = 1;
    std::uint8_t health = 255;
    std::uint64_t config_digest = kDigest;
    std::uint64_t clear = 0;
    std::uint8_t keys_seen = 0;  ///< in its heartbeats; 0: of a version without such a field
    bool keys_ok = false;
    bool hears = true;  ///< says so of everybody
    bool acks = true;   ///< acks the machine's newest heartbeat, if it is of its own epoch

    /// Its daemon was started once more.
    void restart() {
        session += make_session(1, 0);
        seq = 0;
    }
};

class Bench {
public:
    explicit Bench(std::size_t nodes = 2, QuorumMode mode = QuorumMode::links,
                   std::size_t buckets = 4, NodeId self = 1);

    MachineConfig config;
    Timers timers;
    Time now{seconds{100}};
    bool kernel_answers = true;  ///< confirms each KernelSet at once
    bool disk_answers = true;    ///< confirms each Persist at once

    // ---- running
    void start(const Plan& plan, const KernelHeld& kernel = {}, bool voter = true);
    void start() { start(empty_plan(config.buckets, kDigest)); }
    /// One step, and what the kernel and the disk answer to it.
    void step(const Event& event);
    /// Time passes; the machine wakes whenever it asked to.
    void pass(Duration length);
    /// Time passes without the machine.
    void hang(Duration length) { now += length; }
    void wake() { step(Wake{now}); }

    // ---- peers
    Puppet& peer(NodeId id) { return puppets_.at(id); }
    /// The peer proves its session.
    void prove(NodeId id);
    void beat(NodeId id);
    void say(NodeId id, Message message);
    Header header(NodeId id);
    Heartbeat heartbeat(NodeId id);
    /// All peers beat each H while time passes.
    void chatter(Duration length);
    /// The peer sends a whole plan, with the plan's id as header epoch.
    void send_plan(NodeId id, const Plan& plan);
    /// The peer accepts the machine's epoch and released what it had.
    void follow(NodeId id);

    // ---- what the machine did
    Machine machine;
    Actions log;  ///< everything since the last forget()
    void forget() { log.clear(); }
    template <class T>
    std::vector<T> all() const {
        std::vector<T> out;
        for (const Action& action : log) {
            if (const auto* found = std::get_if<T>(&action)) {
                out.push_back(*found);
            }
        }
        return out;
    }
    template <class T>
    std::vector<T> sent() const {
        std::vector<T> out;
        for (const Send& send : all<Send>()) {
            if (const auto* found = std::get_if<T>(&send.message)) {
                out.push_back(*found);
            }
        }
        return out;
    }
    bool noted(const std::string& part) const;
    EpochId accepted() const { return machine.plan().id; }
    /// What the kernel was told to serve and still does: "OO--", O = own, N, D.
    std::string kernel() const;
    std::string held() const;
    Time deadline() const { return deadline_; }
    const Heartbeat& last_heartbeat() const { return *newest_; }
    std::optional<Time> wake_at() const { return wake_at_; }

    /// Two nodes: both alive and acking at a plan that splits the buckets, all open.
    void share(const std::string& owners = "1122", std::uint64_t counter = 1);

private:
    void absorb(Actions actions);

    std::map<NodeId, Puppet> puppets_;
    std::vector<Rights> states_;
    Time deadline_{};
    std::optional<Time> wake_at_;
    std::optional<Heartbeat> newest_;
    std::vector<Event> answers_;
};

}  // namespace cohort::core::bench
