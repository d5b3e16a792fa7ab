// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/packet.hpp"

#include "ctl/cohortd/wire/bytes.hpp"

namespace cohort::wire {

Packet unwrap(std::span<const std::byte> packet) {
    const unsigned first = packet.empty() ? 0 : std::to_integer<unsigned>(packet.front());
    if (first == 0 || first > kMostHops)
        return {packet, 0};
    return {packet.subspan(1), first};
}

Frame wrap(std::span<const std::byte> frame, unsigned hops) {
    Frame packet;
    ByteWriter out(packet.buffer());
    out.put(static_cast<std::uint8_t>(hops));
    out.put_bytes(frame);
    packet.resize(out.written());
    return packet;
}

}  // namespace cohort::wire
