// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a link is to carry.
#pragma once

#include "ctl/cohortd/core/messages.hpp"
#include "ctl/cohortd/wire/frame.hpp"

#include <optional>

namespace cohort::link {

/// A message of this node, which is sealed when it leaves, or one of another
/// node with the packet to pass on: its frame as it came, and the envelope.
struct Outgoing {
    core::Message message;
    std::optional<wire::Frame> packet = {};  ///< none: an own message

    bool is_own() const { return !packet; }
};

/// kNobody: for all.
inline core::NodeId addressee(const core::Message& message) {
    return std::visit(
        [](const auto& body) {
            if constexpr (requires { body.to; })
                return body.to;
            else
                return core::kNobody;
        },
        message);
}

}  // namespace cohort::link
