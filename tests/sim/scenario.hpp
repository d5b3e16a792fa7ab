// SPDX-License-Identifier: GPL-2.0-or-later
//
// A random life of a cluster: faults for a while, then peace, then everything
// must be served again and stay so. Some lives have more than faults in them.
#pragma once

#include "tests/sim/world.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cohort::sim {

struct Verdict {
    std::optional<std::string> violation;  ///< what was broken, or what did not come back
    bool void_run = false;  ///< the network broke the assumption of mode links: proves nothing
    std::size_t takeovers = 0;
    std::size_t openings = 0;
    std::size_t duels = 0;    ///< two planners at one counter
    std::size_t changes = 0;  ///< of the members
    std::size_t pauses = 0;   ///< of virtual machines
    std::vector<std::string> trace;
    std::vector<Recording> recordings;
};

/// What there is in a life besides faults.
enum class Life : std::uint8_t {
    faults,  ///< nothing
    churn,   ///< nodes that come and go (R22)
    clocks,  ///< changing rates, and pauses of virtual machines
};

struct ScenarioOptions {
    WorldOptions world;
    Life life = Life::faults;
    Duration faults_for = std::chrono::seconds{15};
    bool check_liveness = true;
    bool only_ownership = false;   ///< look at who serves (I1, I4, I8) only
    bool ignore_deadline = false;  ///< breaks A2
    bool forget_plan = false;      ///< breaks A3
    bool agent_lies = false;       ///< breaks what mode fence assumes
    bool rare_frames = false;      ///< breaks what mode links assumes: W is twice as long
    bool keep_states = false;      ///< a kernel shows after a boot what it held before
};

Verdict run_scenario(const ScenarioOptions& options);

}  // namespace cohort::sim
