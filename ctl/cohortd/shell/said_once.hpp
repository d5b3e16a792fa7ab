// SPDX-License-Identifier: GPL-2.0-or-later
//
// What goes on and on is said once, and again only after it has been quiet.
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cohort::shell {

class SaidOnce {
public:
    explicit SaidOnce(core::Duration quiet = std::chrono::minutes{1}) : quiet_(quiet) {}

    /// Notes that `matter` happened; true if it is worth a line. Matters are
    /// the program's own words, so their number is bounded.
    bool worth_saying(std::string_view matter, core::Time now) {
        const auto [entry, fresh] = last_.try_emplace(std::string(matter), now);
        const bool worth = fresh || now - entry->second >= quiet_;
        entry->second = now;
        return worth;
    }

private:
    core::Duration quiet_;
    std::unordered_map<std::string, core::Time> last_;
};

}  // namespace cohort::shell
