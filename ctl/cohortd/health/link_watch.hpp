// SPDX-License-Identifier: GPL-2.0-or-later
//
// The state of network devices and the loss of their addresses, told by the kernel as it
// happens; nothing is polled.
#pragma once

#include "ctl/base/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace cohort::health {

enum class DeviceState : std::uint8_t {
    absent,
    down,
    up,  ///< set up, with a carrier, and ready for frames
};

class LinkWatch {
public:
    /// Called from the loop when any device's state changed, or one lost an address.
    using Changed = std::function<void()>;

    /// Knows every device once this returns.
    static Result<std::unique_ptr<LinkWatch>> start(boost::asio::io_context& io, Changed changed);
    LinkWatch(const LinkWatch&) = delete;
    LinkWatch& operator=(const LinkWatch&) = delete;

    DeviceState state_of(const std::string& dev) const;

private:
    struct Device {
        std::string name;
        bool up = false;
        bool operator==(const Device&) const = default;
    };
    using Devices = std::map<int, Device>;  ///< by index

    enum class Heard : std::uint8_t {
        nothing,  ///< no more waits
        news,
        end_of_dump,
        gap,  ///< the kernel dropped some: ask for all again
        failure,
    };

    LinkWatch(boost::asio::io_context& io, Changed changed, int fd);
    bool learn_all();
    bool ask_for_all();
    Heard hear();
    Heard take(std::span<const std::byte> datagram);
    void await_news();
    void on_news();

    boost::asio::posix::stream_descriptor socket_;
    Changed changed_;
    Devices devices_;
    bool address_lost_ = false;
    std::uint32_t sequence_ = 0;  ///< of the last dump
    /// Handlers of the loop may outlive this object; they look here first.
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace cohort::health
