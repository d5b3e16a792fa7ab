// SPDX-License-Identifier: GPL-2.0-or-later
//
// Nodes that are added and removed while a cluster lives (R22): an operator who
// edits one host's file after the other.
#pragma once

#include "tests/sim/world.hpp"

#include <cstdint>

namespace cohort::sim {

/// A set of hosts by index; bit i is host i.
using HostSet = std::uint64_t;

/// The world's hosts are candidates; the first three begin as the cluster. The
/// others have a file that names them beside those, and may boot before they
/// are wanted.
class Operator {
public:
    /// Before anything boots.
    explicit Operator(World& world);

    /// One step of work now, and after a while the next, until `end`.
    void work(TrueTime end);
    /// No new change is begun; what is begun is finished.
    void begin_nothing() { begins_ = false; }

    /// The members that all files are to name.
    HostSet wanted() const { return wanted_; }
    /// Every member's file names them, and every member runs and says that they hold.
    bool done() const;
    /// And all members agree on one plan of theirs, and everything is served.
    bool followed() const;
    core::MachineConfig config_of(std::size_t host, HostSet members) const;
    /// How often everything was done, and something new begun.
    std::size_t changes() const { return changes_; }

private:
    bool has_file(std::size_t host) const;
    void begin();
    void edit(std::size_t host);
    void undo(std::size_t host);

    World& world_;
    HostSet wanted_;
    HostSet before_;
    bool begins_ = true;
    std::size_t changes_ = 0;
};

}  // namespace cohort::sim
