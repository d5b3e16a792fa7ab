// SPDX-License-Identifier: GPL-2.0-or-later
//
// What all commands share: the global options, and the work to do once the
// whole command line is known to be right.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/netlink/address.hpp"
#include "ctl/netlink/client.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cohort::ctl {

struct Session {
    bool json = false;
    std::optional<std::string> netns;
    std::function<Result<void>()> run;  ///< set by the command that was given

    Result<netlink::Client> client() const { return netlink::Client::open(netns); }
    Result<netlink::AddressClient> addresses() const { return netlink::AddressClient::open(netns); }
};

}  // namespace cohort::ctl
