// SPDX-License-Identifier: GPL-2.0-or-later
//
// What happened, one line an event; kept only when a run is replayed.
#pragma once

#include "ctl/cohortd/core/machine.hpp"
#include "tests/sim/clock.hpp"

#include <string>
#include <vector>

namespace cohort::sim {

class Trace {
public:
    explicit Trace(bool on) : on_(on) {}
    bool on() const { return on_; }
    /// "  12.345678 n1 text"
    void say(TrueTime now, unsigned node, const std::string& text);
    const std::vector<std::string>& lines() const { return lines_; }

private:
    bool on_;
    std::vector<std::string> lines_;
};

std::string describe(const core::Event& event);
std::string describe(const core::Action& action);

}  // namespace cohort::sim
