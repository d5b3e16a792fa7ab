// SPDX-License-Identifier: GPL-2.0-or-later
//
// max(lease_end, carry) of one node, computed a second time from nothing but
// the frames that it sent and read (R7, R11, R25, R26). It is as generous as
// the rules allow, so a machine's deadline beyond it is a breach (I7).
#pragma once

#include "ctl/cohortd/core/machine.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace cohort::invariants {

using core::Time;

class LeaseOracle {
public:
    explicit LeaseOracle(const core::MachineConfig& config);

    /// The frame of the event that follows; `order` ascends with the times at
    /// which the frames of the peer were sent.
    void reads(std::int64_t order) { read_ = order; }
    /// The loop was late by more than R24 allows.
    void restart_silence(Time now) { quiet_since_ = now; }
    void before(const core::Event& event, Time now);
    void after(const core::Actions& actions, const core::EpochId& accepted, Time now);

    std::optional<Time> until() const;
    /// The end of what was carried over from earlier epochs.
    std::optional<core::Time> carry() const { return carry_; }

    /// The end of the lease part that a virtual ack lends, if there was one at
    /// the accepted epoch.
    std::optional<Time> granted() const { return granted_; }

    /// The peer's silence at the last Wake, as R24 counts it; mode links.
    core::Duration silence() const { return silence_; }

private:
    struct Sent {
        core::EpochId epoch;
        Time at;
    };
    std::optional<Time> lease_end() const;
    void start(const core::Start& start, Time now);
    void count_acks(const core::Heartbeat& heartbeat);
    void grant(Time reading, Time now);

    const core::MachineConfig* config_;
    std::uint64_t session_ = 0;
    core::EpochId accepted_;
    std::map<std::uint32_t, Sent> sent_;
    std::map<core::NodeId, Time> acked_;  ///< send time of the newest heartbeat acked, by voter
    std::optional<Time> carry_;
    std::optional<Time> granted_;
    std::int64_t read_ = 0;    ///< the order of the frame in hand
    std::int64_t newest_ = 0;  ///< the highest of those
    Time quiet_since_{};
    core::Duration silence_{};
};

}  // namespace cohort::invariants
