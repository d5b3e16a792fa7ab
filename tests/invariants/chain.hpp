// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who opened what at which epoch, and who kept it over which epochs: I4 and I5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace cohort::invariants {

/// One right over one bucket. Epochs go by their counters, as in the kernel.
class Chain {
public:
    struct Opened {
        std::uint64_t epoch = 0;
        std::size_t node = 0;
    };

    /// The opening at the highest epoch so far.
    const Opened& highest() const { return highest_; }

    struct Span {
        std::size_t node = 0;
        std::uint64_t first = 0;  ///< epoch of its opening
        std::uint64_t last = 0;   ///< of the newest lease that it was kept to
        bool ended = false;
    };

    /// The node opens it. Gives the span of another node that this lies within.
    std::optional<Span> opens(std::size_t node, std::uint64_t epoch);

    /// The node, which has held it since it opened it, got a lease at `epoch`.
    /// Gives another node's opening between that and its lease before.
    std::optional<Opened> keeps(std::size_t node, std::uint64_t epoch);

    void drops(std::size_t node);

private:
    Span* current(std::size_t node);

    Opened highest_;
    std::vector<Opened> opened_;  ///< the newest few
    std::vector<Span> spans_;     ///< the newest few
};

}  // namespace cohort::invariants
