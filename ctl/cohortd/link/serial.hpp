// SPDX-License-Identifier: GPL-2.0-or-later
//
// A serial line: raw, 8N1, no flow control (a cable of three wires will do),
// frames parted by COBS. A pseudo-terminal serves as well.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/link/line_watch.hpp"
#include "ctl/cohortd/link/outbox.hpp"
#include "ctl/cohortd/link/pace.hpp"
#include "ctl/cohortd/link/port.hpp"
#include "ctl/cohortd/wire/cobs.hpp"

#include <vector>

namespace cohort::link {

/// At most one frame is on its way into the line, and half of the line is used;
/// the others wait in the outbox, where newer ones replace them. So what the
/// peer reads is never older than the time of one frame on the line.
class SerialPort final : public Port {
public:
    SerialPort(boost::asio::io_context& io, PortUser& user, config::SerialLink config);

    void send(Outgoing outgoing) override;
    const LineWatch* line() const override { return &watch_; }

private:
    Result<int> open_device() override;
    bool read_device() override;
    void forget() override;

    void look_later();
    /// At the driver's counts, and whether the path still leads to the device.
    void look();

    /// Puts as much on the line as may go now; arranges to go on later.
    void push();
    bool write_rest();
    void push_after(std::chrono::nanoseconds delay);
    void push_when_writable();

    config::SerialLink config_;
    wire::CobsDecoder decoder_;
    Outbox outbox_;
    std::vector<std::byte> sending_;  ///< the rest of the frame that was begun
    Pace pace_;
    LineWatch watch_;
    boost::asio::steady_timer push_timer_;
    boost::asio::steady_timer look_timer_;
    bool waiting_ = false;     ///< push() will be called
    bool line_is_new_ = true;  ///< the peer may hold half a frame of ours
};

}  // namespace cohort::link
