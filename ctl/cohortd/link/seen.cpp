// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/seen.hpp"

namespace cohort::link {

bool Seen::admit(const core::Header& header) {
    auto& [newest, other] = sessions_[header.sender];
    if (header.session == newest.id)
        return newest.window.admit(header.seq);
    if (header.session == other.id)
        return other.window.admit(header.seq);
    other = newest;
    newest = {header.session, {}};
    return newest.window.admit(header.seq);
}

}  // namespace cohort::link
