// SPDX-License-Identifier: GPL-2.0-or-later
//
// The little that a switch reads of an Ethernet frame.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace cohort::testbed {

using Mac = std::array<std::uint8_t, 6>;

struct Addresses {
    Mac destination;
    Mac source;
};

/// Nothing if the frame is too short to have them.
std::optional<Addresses> addresses_of(std::span<const std::uint8_t> frame);

/// Broadcast is a group too.
inline bool is_group(const Mac& mac) {
    return mac[0] & 1;
}

struct UdpPorts {
    std::uint16_t source;
    std::uint16_t destination;
};

/// Of an IPv4 or IPv6 packet without options that begins a UDP datagram.
std::optional<UdpPorts> udp_ports_of(std::span<const std::uint8_t> frame);

}  // namespace cohort::testbed
