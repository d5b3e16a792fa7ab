// SPDX-License-Identifier: GPL-2.0-or-later
//
// Datagrams to fixed peers or to a multicast group.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/link/port.hpp"

#include <sys/socket.h>

#include <vector>

namespace cohort::link {

/// Nothing waits here: what the device does not take at once is lost, and the
/// next heartbeat makes it good.
class UdpPort final : public Port {
public:
    UdpPort(boost::asio::io_context& io, PortUser& user, config::UdpLink config);

    void send(Outgoing outgoing) override;

private:
    Result<int> open_device() override;
    bool read_device() override;

    config::UdpLink config_;
    std::vector<Endpoint> targets_;
};

}  // namespace cohort::link
