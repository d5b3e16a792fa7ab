// SPDX-License-Identifier: GPL-2.0-or-later
//
// cohortd's control socket: one line of JSON asks, one line answers.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortctl/output.hpp"

#include <chrono>
#include <string>

namespace cohort::ctl {

/// $COHORT_SOCKET, or /run/cohort/cohortd.sock.
std::string control_socket_path();

/// What cohortd granted. (Json converts to anything, Error included, so that it
/// cannot stand in a Result by itself.)
struct Answer {
    Json result;
};

/// Asks {"request": …}. What cohortd refuses comes back in its own
/// words (refused); a socket that is not there, or an answer that does not
/// come within `patience` of silence or is not one, as unreachable.
Result<Answer> ask_cohortd(const std::string& path, const std::string& request,
                           std::chrono::milliseconds patience = std::chrono::seconds{5});

}  // namespace cohort::ctl
