// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which frames a link has carried already, in either direction: each goes over
// it once. Pure.
#pragma once

#include "ctl/cohortd/core/messages.hpp"
#include "ctl/cohortd/core/sessions.hpp"

#include <array>
#include <cstdint>
#include <map>

namespace cohort::link {

class Seen {
public:
    /// True if the frame is new; it is not from then on.
    bool admit(const core::Header& header);

private:
    struct Session {
        std::uint64_t id = 0;
        core::ReplayWindow window;
    };
    /// The newest two of an origin: while a node restarts, or if somebody plays
    /// back an old session, frames of both are about.
    std::map<core::NodeId, std::array<Session, 2>> sessions_;
};

}  // namespace cohort::link
