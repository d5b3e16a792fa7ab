// SPDX-License-Identifier: GPL-2.0-or-later
//
// What rtnetlink tells of network devices. Nothing is changed here.
#pragma once

#include "ctl/base/mac.hpp"
#include "ctl/base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cohort::netlink {

class Socket;

/// How a bridge treats frames to groups.
struct Bridge {
    bool snooping = false;  ///< it forwards to members only, once there is a querier
    bool querier = false;   ///< it is one itself
};

struct Device {
    std::uint32_t index = 0;
    std::string name;
    std::string kind;  ///< "vlan", "bridge", "vrf" …; empty for hardware
    bool up = false;
    bool carrier = false;
    std::uint32_t mtu = 0;
    std::uint32_t lower = 0;   ///< index of the device below it in this namespace; 0: none
    std::uint32_t master = 0;  ///< index of the bridge, bond or VRF that it belongs to; 0: none
    bool promiscuous = false;  ///< takes frames whatever its filter says
    Mac mac{};                 ///< of Ethernet-like devices
    std::optional<Bridge> bridge;
};

class DeviceClient {
public:
    /// In the caller's network namespace, or in the one of that name.
    static Result<DeviceClient> open(const std::optional<std::string>& netns = std::nullopt);

    DeviceClient(DeviceClient&&) noexcept;
    DeviceClient& operator=(DeviceClient&&) noexcept;
    ~DeviceClient();

    Result<std::vector<Device>> list();

    /// The MACs, unicast and group, that the device's filter lets in beside its own.
    Result<std::vector<Mac>> filter(std::uint32_t index);

private:
    explicit DeviceClient(std::unique_ptr<Socket> socket);
    std::unique_ptr<Socket> socket_;
};

}  // namespace cohort::netlink
