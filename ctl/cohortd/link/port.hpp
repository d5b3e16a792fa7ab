// SPDX-License-Identifier: GPL-2.0-or-later
//
// A port is the device side of a link: bytes of packets in, messages out. It
// opens itself, and again whenever the device was lost.
#pragma once

#include "ctl/base/address.hpp"
#include "ctl/base/result.hpp"
#include "ctl/cohortd/link/line_watch.hpp"
#include "ctl/cohortd/link/outgoing.hpp"
#include "ctl/cohortd/wire/drop.hpp"
#include "ctl/cohortd/wire/frame.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cohort::link {

/// What a port tells, and asks, its owner. Called from the loop only.
class PortUser {
public:
    /// Bytes that arrived as one packet, not verified; valid during the call. `from`: the
    /// sender's address, which a serial line has none of.
    virtual void on_packet(std::span<const std::byte> packet,
                           const std::optional<Endpoint>& from) = 0;
    virtual void on_drop(wire::Drop reason) = 0;
    /// The bytes of what is sent right now.
    virtual wire::Frame seal(const Outgoing& outgoing) = 0;
    virtual void on_open() = 0;
    /// It was open and is no more.
    virtual void on_lost(std::string_view why) = 0;
    /// Something is in the way, and may stay so for long.
    virtual void on_trouble(std::string_view what) = 0;

protected:
    ~PortUser() = default;
};

/// Owned by shared_ptr, since handlers of the loop may outlive it. The user
/// outlives the port, or calls stop() first.
class Port : public std::enable_shared_from_this<Port> {
public:
    Port(boost::asio::io_context& io, PortUser& user);
    virtual ~Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    void start();
    /// The user hears nothing from here on.
    void stop();
    bool is_open() const { return descriptor_.is_open(); }

    /// Sends as soon as the device takes it, or never: see the kind of port.
    virtual void send(Outgoing outgoing) = 0;

    /// Of a serial line, since the link is there; nullptr for others.
    virtual const LineWatch* line() const { return nullptr; }

    /// Reads whatever has arrived by now and hands it to the user. Does not
    /// wait, and returns although more keeps arriving.
    void drain();

protected:
    /// A non-blocking descriptor, ready for use.
    virtual Result<int> open_device() = 0;
    /// Reads all that waits; false after it has called lose().
    virtual bool read_device() = 0;
    /// Forget what belonged to the device that is gone.
    virtual void forget() {}

    /// Closes, tells the user, and tries to open again after a while.
    void lose(std::string_view why);

    int fd() { return descriptor_.native_handle(); }
    PortUser& user() { return user_; }
    boost::asio::io_context& io() { return io_; }
    boost::asio::posix::stream_descriptor& descriptor() { return descriptor_; }

private:
    void open();
    void open_later();
    void await_input();

    boost::asio::io_context& io_;
    PortUser& user_;
    boost::asio::posix::stream_descriptor descriptor_;
    boost::asio::steady_timer retry_;
    std::chrono::milliseconds back_off_;
    std::chrono::steady_clock::time_point opened_at_{};
    bool stopped_ = false;
};

}  // namespace cohort::link
