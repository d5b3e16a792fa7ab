// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the core was told and what it did, as lines of JSON, for those who
// check a run afterwards: cohort-trace-check (protocol section 12.5).
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/core/machine.hpp"
#include "ctl/cohortd/core/sessions.hpp"

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cohort::shell {

/// Every line has "t", nanoseconds of CLOCK_BOOTTIME, and "event". A step of the
/// core writes what it was told, then "accept", then what it did, all with the
/// "t" that the core was told; kernel_done alone has a later one.
///
/// What the core was told:
///   start        node, session, digest (of the configuration), facts (quorum
///                mode `links` or `fence`; none: ""), buckets, members ([id, votes], …), timers
///                (ns), id (accepted), plan, kernel (epoch, deadline, new, old:
///                what it held when it was taken over)
///   heard        the first copy of a frame: frame, from, session, seq, id,
///                flags, and ack ([tag, seq]) if it acks a heartbeat of this node
///   wake         reading (R24); in mode `links` only while no frame has come
///                for T_detect, in mode `fence` always, in others never
///   gap          the loop was late by more than R24 allows
///   links        a link was opened or lost
///   health, leave, yield, persist_done (ticket, ok), fence_done (ticket, off),
///   members (members, digest: as they are to be, unless they are that or it is refused)
///   kernel_done  ticket, ok; written once the kernel has answered
/// What it did:
///   accept       id, plan, digest (of the configuration that it is for): of the
///                plan that is accepted from now on
///   sent         frame, seq, id, flags, clear (LIST of nodes), acks
///                ([peer, tag, seq], …)
///   kernel_set   ticket, epoch, deadline, new, old; before the kernel is told
///   kernel_renew epoch, deadline; before the kernel is told. It has been told
///                when the next line is written, unless that is kernel_refused
///                or start
///   kernel_remove before the clusters are taken from the kernel
///   persist      ticket, id
///   fence        ticket, node
///   note         level, text
///   stopped
///
/// id: an epoch id, COUNTER.PLANNER.DIGEST. plan: "new" and "old", what the plan
/// gives to this node. new, old: LISTs of buckets with that right. flags: of
/// R RELEASED, W WANT_LEASE, L LEAVING, C CLEAR_VALID, S a successor comes. frame: heartbeat, plan,
/// plan_req, prevote, prevote_ok, hello. tag: the low bits of a session.
///
/// At H = 100 ms a node at rest writes about 30 lines a second, 5 kB, and 10
/// more for each peer after the first.
class Trace {
public:
    /// Writes nowhere.
    Trace() = default;
    /// Appends to a file.
    static Result<Trace> open(const std::string& path);

    explicit operator bool() const { return file_ != nullptr; }

    /// The core is handed `start` at `now`; call event() with it too.
    void start(const core::MachineConfig& config, const core::Start& start, core::Time now);
    /// The core is handed this at `now`.
    void event(const core::Event& event, core::Time now);
    /// The plan that is accepted after that.
    void accepted(const core::Plan& plan, core::Time now);
    /// What the core gave is about to be carried out.
    void action(const core::Action& action, core::Time now);
    void kernel_done(const core::KernelDone& done, core::Time at);
    void kernel_refused(core::Time at);
    void kernel_remove(core::Time at);

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    /// Of one peer.
    struct Heard {
        std::vector<std::uint64_t> sessions;  ///< in the order of their first frames
        core::ReplayWindow window;            ///< of the last of them
    };
    struct DescribeEvent;

    void line(core::Time at, const std::string& rest);
    bool admit(const core::Header& header, core::Time now);

    std::unique_ptr<std::FILE, Close> file_;
    core::MachineConfig config_;
    core::EpochId accepted_;
    std::uint64_t session_ = 0;
    core::Time last_step_{};
    core::Time last_heard_{};  ///< when a peer was last heard to be alive
    std::map<core::NodeId, Heard> heard_;
};

}  // namespace cohort::shell
