// SPDX-License-Identifier: GPL-2.0-or-later
//
// The durable state of a voter (protocol section 4.1) as bytes: the accepted
// epoch with its plan, whose state it is, and a checksum over all of it.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/core/types.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cohort::state {

/// Whose state it is; another's must never be taken for the own.
struct Owner {
    std::uint32_t cluster = 0;
    core::NodeId node = core::kNobody;
    bool operator==(const Owner&) const = default;
};

/// What a voter must not forget.
struct Accepted {
    core::Plan plan;
    /// L_v: for how long the voter promised at that epoch, rounded up to 64ths of a second when
    /// it is written. 0: not known, as of versions that did not write it.
    core::Duration promise{};
    bool operator==(const Accepted&) const = default;
};

std::vector<std::byte> encode_record(const Owner& owner, const Accepted& accepted);

/// The error completes "the state in FILE …" and says what to do.
Result<Accepted> decode_record(std::span<const std::byte> bytes, const Owner& owner);

}  // namespace cohort::state
