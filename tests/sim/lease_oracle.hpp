// SPDX-License-Identifier: GPL-2.0-or-later
//
// max(lease_end, carry) of one node, computed a second time from nothing but
// the frames that it sent and read (R7, R11, R25, R26). It is as generous as
// the rules allow, so a machine's deadline beyond it is a breach (I7).
#pragma once

#include "ctl/cohortd/core/machine.hpp"
#include "tests/sim/clock.hpp"

#include <map>
#include <optional>
#include <vector>

namespace cohort::sim {

using core::Time;

class LeaseOracle {
public:
    explicit LeaseOracle(const core::MachineConfig& config);

    void frame_read(TrueTime sent) { read_ = sent; }
    void before(const core::Event& event, const core::EpochId& accepted, Time now);
    void after(const core::Actions& actions, const core::EpochId& accepted, Time now);

    std::optional<Time> until() const;

    /// The peer's silence at the last Wake, as R24 counts it; mode links.
    core::Duration silence() const { return silence_; }

private:
    struct Sent {
        core::EpochId epoch;
        Time at;
    };
    std::optional<Time> lease_end() const;
    void start(const core::Start& start, Time now);
    void count_acks(const core::Heartbeat& heartbeat, const core::EpochId& accepted);
    void grant(Time reading, Time now);

    const core::MachineConfig* config_;
    std::uint64_t session_ = 0;
    core::EpochId accepted_;
    std::map<std::uint32_t, Sent> sent_;
    std::map<core::NodeId, Time> acked_;  ///< send time of the newest heartbeat acked, by voter
    std::optional<Time> carry_;
    TrueTime read_{};    ///< when the frame in hand was sent
    TrueTime newest_{};  ///< the latest of those
    Time quiet_since_{};
    Time last_step_{};
    core::Duration silence_{};
};

}  // namespace cohort::sim
