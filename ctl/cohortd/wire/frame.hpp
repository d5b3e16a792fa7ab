// SPDX-License-Identifier: GPL-2.0-or-later
//
// Frames as bytes, version 1: a header of 64 bytes, a body by type, a MAC of
// 16 bytes; every field little endian. This file knows the layout, codec.hpp
// the authentication.
//
//   0  magic u8, version u8     2  type u8           3  key id u8
//   4  cluster id u32           8  sender u8         9  flags u8
//  10  weight u8               11  health u8        12  session u64
//  20  seq u64                 28  config digest u64
//  36  epoch counter u64       44  epoch planner u8 45  entry count u8
//  46  echo u16                48  plan digest u64  56  clear bitmap u64
//
// The protocol leaves the field at 46 to the links; see Echo. A heartbeat's
// entry has core::HeartbeatEntry::keys_seen in the upper bits of its flags,
// where versions that have no such field write and read nothing; the types
// after `hello` are sent to peers alone that set it.
#pragma once

#include "ctl/cohortd/core/messages.hpp"
#include "ctl/cohortd/wire/drop.hpp"

#include <boost/system/result.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace cohort::wire {

inline constexpr std::uint8_t kMagic = 0xC7;
inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kHeaderBytes = 64;
inline constexpr std::size_t kEntryBytes = 8;
inline constexpr std::size_t kKeyBytes = 8;  ///< of a key in Keys
inline constexpr std::size_t kMacBytes = 16;
inline constexpr std::size_t kMinFrame = kHeaderBytes + kMacBytes;
/// A heartbeat to 63 peers.
inline constexpr std::size_t kMaxFrame =
    kHeaderBytes + kEntryBytes * (core::kMaxNodeId - 1) + kMacBytes;
/// A frame with its envelope, see packet.hpp.
inline constexpr std::size_t kMaxPacket = kMaxFrame + 1;

/// Tells one peer on a link which of its heartbeats was read last on this very
/// link and how long ago, so that it can tell the link's round-trip time, and
/// knows that the link works both ways. In a heartbeat the entry of that peer is
/// marked; peers are told by turns. Bits 0..4: low bits of that
/// heartbeat's seq; bits 5..15: milliseconds since it was read. All ones: none.
struct Echo {
    static constexpr std::uint16_t kNone = 0xFFFF;
    static constexpr std::uint64_t kSeqMask = 31;
    static constexpr std::chrono::milliseconds kMaxHeld{2046};

    std::uint8_t seq = 0;  ///< low five bits
    std::chrono::milliseconds held{};
    core::NodeId to = core::kNobody;  ///< the peer; only a heartbeat can name it
    bool operator==(const Echo&) const = default;
};

/// The bytes of one frame, or of one packet; no allocation.
class Frame {
public:
    std::span<const std::byte> view() const { return std::span(bytes_).first(size_); }
    std::size_t size() const { return size_; }
    std::span<std::byte> buffer() { return bytes_; }
    void resize(std::size_t size) { size_ = size; }

private:
    std::array<std::byte, kMaxPacket> bytes_{};
    std::size_t size_ = 0;
};

/// What stands in a frame beside its message.
struct Envelope {
    std::uint8_t key_id = 0;
    std::uint32_t cluster = 0;
    std::optional<Echo> echo;
};

/// Header and body, without the MAC. A message that the core may not make
/// (too many entries, too long a fragment) is a mistake of the program: throws
/// std::length_error.
Frame encode(const core::Message& message, const Envelope& envelope);

struct Decoded {
    core::Message message;
    std::optional<Echo> echo;
};

/// Header and body of a frame whose MAC, magic and version have been verified.
/// Fails with Drop::malformed alone.
boost::system::result<Decoded, Drop> decode(std::span<const std::byte> authentic);

}  // namespace cohort::wire
