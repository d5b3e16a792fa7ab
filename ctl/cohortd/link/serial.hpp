// SPDX-License-Identifier: GPL-2.0-or-later
//
// A serial line: raw, 8N1, no flow control (a cable of three wires will do),
// frames parted by COBS. A pseudo-terminal serves as well.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/link/outbox.hpp"
#include "ctl/cohortd/link/port.hpp"
#include "ctl/cohortd/wire/cobs.hpp"

#include <vector>

namespace cohort::link {

/// How long a line needs for a number of bytes, at ten bits each.
std::chrono::nanoseconds time_on_line(std::size_t bytes, unsigned baud);

/// At most one frame is on its way into the line; the others wait in the
/// outbox, where newer ones replace them. So what the peer reads is never
/// older than the time of one frame on the line.
class SerialPort final : public Port {
public:
    SerialPort(boost::asio::io_context& io, PortUser& user, config::SerialLink config);

    void send(core::Message message) override;

private:
    Result<int> open_device() override;
    bool read_device() override;
    void forget() override;

    /// Puts as much on the line as may go now; arranges to go on later.
    void push();
    bool write_rest();
    void push_after(std::chrono::nanoseconds delay);
    void push_when_writable();

    config::SerialLink config_;
    wire::CobsDecoder decoder_;
    Outbox outbox_;
    std::vector<std::byte> sending_;  ///< the rest of the frame that was begun
    boost::asio::steady_timer pace_;
    std::chrono::steady_clock::time_point free_at_{};  ///< when the line has sent all
    bool waiting_ = false;                             ///< push() will be called
    bool line_is_new_ = true;                          ///< the peer may hold half a frame of ours
};

}  // namespace cohort::link
