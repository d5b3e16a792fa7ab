// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/vm/tools/switch/faults.hpp"

#include <cstdint>
#include <string>

namespace cohort::testbed {

/// What a plug has seen, in frames (of a LAN) or bytes (of a serial line).
struct Counts {
    std::uint64_t from = 0;      ///< came from the machine
    std::uint64_t to = 0;        ///< handed to the machine
    std::uint64_t lost = 0;      ///< by faults, partitions and filters
    std::uint64_t absent = 0;    ///< nobody was plugged in there
    std::uint64_t overflow = 0;  ///< the machine took no more
};

/// One end of a cable, at one machine, with what is wrong in each direction.
struct Plug {
    std::string machine;
    Faults from;  ///< for what the machine sends
    Faults to;    ///< for what it is to receive
    Counts counts;
};

}  // namespace cohort::testbed
