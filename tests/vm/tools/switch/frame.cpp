// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/frame.hpp"

#include <algorithm>

namespace cohort::testbed {
namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::uint8_t kUdp = 17;

std::uint16_t word(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

/// Where the UDP header begins in an IP packet, if it does.
std::optional<std::size_t> udp_offset(std::uint16_t type, std::span<const std::uint8_t> packet) {
    if (type == 0x0800 && packet.size() >= 20) {
        const bool later_fragment = word(packet, 6) & 0x1fff;
        if (packet[9] == kUdp && !later_fragment)
            return (packet[0] & 0xf) * 4u;
    }
    if (type == 0x86dd && packet.size() >= 40 && packet[6] == kUdp)
        return 40;
    return {};
}

}  // namespace

std::optional<Addresses> addresses_of(std::span<const std::uint8_t> frame) {
    if (frame.size() < kEthernetHeader)
        return {};
    Addresses found{};
    std::copy_n(frame.begin(), 6, found.destination.begin());
    std::copy_n(frame.begin() + 6, 6, found.source.begin());
    return found;
}

std::optional<UdpPorts> udp_ports_of(std::span<const std::uint8_t> frame) {
    if (frame.size() < kEthernetHeader)
        return {};
    const auto packet = frame.subspan(kEthernetHeader);
    const auto offset = udp_offset(word(frame, 12), packet);
    if (!offset || packet.size() < *offset + 4)
        return {};
    return UdpPorts{word(packet, *offset), word(packet, *offset + 2)};
}

}  // namespace cohort::testbed
