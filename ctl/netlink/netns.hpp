// SPDX-License-Identifier: GPL-2.0-or-later
//
// Work in another network namespace for a while. A socket stays in the
// namespace that it was opened in.
#pragma once

#include "ctl/base/result.hpp"

#include <optional>
#include <string>

namespace cohort::netlink {

/// The calling thread is in the namespace while this lives. That it cannot
/// come back ends the program: all that it would do from there on would hit
/// the wrong hosts.
class NetnsScope {
public:
    /// `name` as in `ip netns`; none: stay. Needs CAP_SYS_ADMIN to move.
    static Result<NetnsScope> enter(const std::optional<std::string>& name);

    NetnsScope(NetnsScope&& other) noexcept;
    NetnsScope& operator=(NetnsScope&&) = delete;
    ~NetnsScope();

private:
    explicit NetnsScope(int home) : home_(home) {}
    int home_;  ///< descriptor of the namespace to return to; -1: none left
};

}  // namespace cohort::netlink
