// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which frames of strangers were heard before: a recording of this cluster's own frames,
// played over and over by somebody without a key, must tell no more than its first time.
#pragma once

#include "ctl/cohortd/core/sessions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cohort::link {

class StrangeSessions {
public:
    bool knows(std::uint64_t session) const {
        return std::ranges::find(windows_, session, &Window::first) != windows_.end();
    }

    /// True if no frame of this session with this number came before. Of more sessions
    /// than are kept, the oldest is forgotten.
    bool admit(std::uint64_t session, std::uint64_t seq) {
        auto known = std::ranges::find(windows_, session, &Window::first);
        if (known == windows_.end()) {
            if (windows_.size() == kMost)
                windows_.erase(windows_.begin());
            known = windows_.insert(windows_.end(), {session, {}});
        }
        return known->second.admit(seq);
    }

private:
    using Window = std::pair<std::uint64_t, core::ReplayWindow>;
    static constexpr std::size_t kMost = 64;
    std::vector<Window> windows_;
};

}  // namespace cohort::link
