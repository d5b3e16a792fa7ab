// SPDX-License-Identifier: GPL-2.0-or-later
//
// The first packet of a flow, as an Ethernet frame.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace cohort::testbed {

using MacBytes = std::array<std::uint8_t, 6>;

/// What a cluster hashes of a packet, all in host order.
struct Tuple {
    std::uint8_t protocol;  ///< IPPROTO_UDP, _TCP or _ICMP
    std::uint32_t src;
    std::uint16_t sport;  ///< ICMP: the identifier; not hashed
    std::uint16_t dport;
};

/// A UDP datagram of no bytes, a TCP SYN, or an echo request, checksums included.
std::vector<std::uint8_t> make_frame(const Tuple& tuple, std::uint32_t dst, const MacBytes& to,
                                     const MacBytes& from);

}  // namespace cohort::testbed
