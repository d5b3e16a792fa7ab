// SPDX-License-Identifier: GPL-2.0-or-later
//
// What frames say (protocol section 3), after authentication and decoding.
// wire/ turns these into bytes and back; the core sees only these.
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <cstddef>
#include <variant>

namespace cohort::core {

/// Flags of a frame's header.
struct HeaderFlags {
    bool released = false;     ///< RELEASED(sender, epoch), R8
    bool want_lease = false;   ///< acks of this heartbeat are promises, R6
    bool leaving = false;      ///< R21
    bool clear_valid = false;  ///< the clear bitmap speaks, R9
    bool answer = false;       ///< asks for a heartbeat back at once (R10, R18)
    bool returning = false;    ///< the daemon ends for a successor, which is to start soon
    bool serving = false;      ///< holds buckets by a lease, for those with other files (R22)
    bool operator==(const HeaderFlags&) const = default;
};

struct Header {
    NodeId sender = kNobody;
    HeaderFlags flags;
    std::uint8_t weight = 0;  ///< configured weight, 0..255; 0: wants no buckets
    std::uint8_t health = 0;  ///< 0 sick, 255 well
    std::uint64_t session = 0;
    std::uint64_t seq = 0;
    std::uint64_t config_digest = 0;
    EpochId epoch;            ///< the sender's accepted epoch
    std::uint64_t clear = 0;  ///< bit a - 1: clear(a) at that epoch
    bool operator==(const Header&) const = default;
};

/// What a heartbeat says to one peer.
struct HeartbeatEntry {
    NodeId peer = kNobody;
    bool heard_ok = false;          ///< the peer was heard within T_detect
    bool keys_ok = false;           ///< all keys that the peer may send with are accepted
    std::uint16_t session_tag = 0;  ///< low bits of the peer session acked
    std::uint32_t seq = 0;  ///< low bits of the highest seq acked at the header's epoch; 0: none
    bool direct = false;    ///< lately heard without a relay; the links know, the core does not
    std::uint8_t keys_seen = 0;  ///< which of the peer's Keys was read last, see Keys::tag
    bool operator==(const HeartbeatEntry&) const = default;
};

struct Heartbeat {
    Header header;
    std::vector<HeartbeatEntry> entries;
    bool operator==(const Heartbeat&) const = default;
};

/// A piece of the encoded plan of the header's epoch. The plan's bytes come
/// from encode_plan(), core/plan_codec.hpp; its digest is in the epoch id.
struct PlanFragment {
    Header header;
    std::uint16_t index = 0;
    std::uint16_t count = 0;
    std::vector<std::byte> bytes;  ///< at most kPlanFragmentBytes
    bool operator==(const PlanFragment&) const = default;
};
inline constexpr std::size_t kPlanFragmentBytes = 128;

/// Asks the addressed peer for the plan of an epoch (R18).
struct PlanRequest {
    Header header;
    NodeId to = kNobody;
    EpochId wanted;
    bool operator==(const PlanRequest&) const = default;
};

/// Asks voters whether a plan with this counter would be welcome (R16).
struct Prevote {
    Header header;
    std::uint64_t counter = 0;
    bool operator==(const Prevote&) const = default;
};

struct PrevoteOk {
    Header header;
    NodeId to = kNobody;
    std::uint64_t counter = 0;
    bool operator==(const PrevoteOk&) const = default;
};

/// Proves that a session is alive now (section 9, replay). A challenge carries
/// a fresh nonce; the echo returns it from the session that is to be proven.
struct Hello {
    Header header;
    NodeId to = kNobody;
    std::uint64_t challenge = 0;  ///< nonce of the sender; 0: none
    std::uint64_t echo = 0;       ///< nonce of the addressee, returned; 0: none
    bool operator==(const Hello&) const = default;
};

/// One of the keys by which a node knows its cluster's frames.
struct KeyUse {
    std::uint8_t id = 0;      ///< as in the headers of frames, 1..255
    bool sends = false;       ///< its own frames are signed with it
    std::uint32_t check = 0;  ///< tells two keys of one id apart, and nothing of the key
    bool operator==(const KeyUse&) const = default;
};
inline constexpr std::size_t kMaxKeys = 4;

/// Tells a peer which keys the sender accepts, and which one it sends with. It
/// is sent until the peer's heartbeats name its tag; a peer that names none at
/// all is of a version that knows no such frame, and gets none.
struct Keys {
    static constexpr std::uint8_t kNoneSeen = 1;  ///< "tell me yours"; 0: knows no such frame
    static constexpr std::uint8_t kFirstTag = 2;
    static constexpr std::uint8_t kLastTag = 15;

    Header header;
    NodeId to = kNobody;
    std::uint8_t tag = kFirstTag;  ///< another one whenever the keys change
    std::vector<KeyUse> keys;      ///< 1 to kMaxKeys, one of which sends
    bool operator==(const Keys&) const = default;
};

/// Asks a peer of another configuration for a piece of its settings (R22).
struct SettingsRequest {
    Header header;
    NodeId to = kNobody;
    std::uint16_t index = 0;
    bool operator==(const SettingsRequest&) const = default;
};

/// That piece; core/settings.hpp has the encoding.
struct SettingsFragment {
    Header header;
    NodeId to = kNobody;
    std::uint16_t index = 0;
    std::uint16_t count = 0;
    std::vector<std::byte> bytes;  ///< at most kSettingsFragmentBytes
    bool operator==(const SettingsFragment&) const = default;
};
inline constexpr std::size_t kSettingsFragmentBytes = 128;

using Message = std::variant<Heartbeat, PlanFragment, PlanRequest, Prevote, PrevoteOk, Hello, Keys,
                             SettingsRequest, SettingsFragment>;

inline const Header& header_of(const Message& message) {
    return std::visit([](const auto& m) -> const Header& { return m.header; }, message);
}

}  // namespace cohort::core
