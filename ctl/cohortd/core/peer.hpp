// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is known of one other member in this run.
#pragma once

#include "ctl/cohortd/core/plan_transfer.hpp"
#include "ctl/cohortd/core/sessions.hpp"
#include "ctl/cohortd/core/settings.hpp"
#include "ctl/cohortd/core/silence.hpp"

#include <optional>

namespace cohort::core {

struct Peer {
    explicit Peer(std::size_t buckets) : assembly(buckets) {}

    PeerSession session;
    std::optional<Time> proven_at;  ///< when the session was
    bool doubled = false;           ///< another one goes on beside it, which was told
    Silence silence;                ///< of authentic frames, R24
    PlanAssembly assembly;

    // From the newest frame of a proven session with our configuration.
    std::optional<Time> heard_at;  ///< when it was read
    std::uint64_t seq = 0;         ///< its number; older frames teach less
    EpochId epoch;
    bool follows = false;  ///< by the members that hold, or just about to (R22)
    std::uint8_t weight = 0;
    std::uint8_t health = 0;
    bool leaving = false;
    bool returning = false;  ///< its daemon ends for a successor

    // For as long as Machine::State::patience() of it has not passed.
    bool alive = false;  ///< heard so lately, by a loop that ran on time
    Time lives_since{};  ///< heard_at, or when the own loop last was late
    bool deaf = false;   ///< heard, but it says that it hears no quorum: it cannot serve
    std::optional<Time> deaf_since;
    bool silent = false;            ///< nothing authentic since: R24's silence
    bool disagrees = false;         ///< its newest frame names another configuration
    std::uint64_t rival = 0;        ///< the digest of the newest one that it served by
    std::optional<Time> rivals_at;  ///< when that was heard
    bool taken_over = false;        ///< R26 opened something since it was last heard

    /// Since when it could be given buckets; nothing while it could not (R19).
    std::optional<Time> usable_since;

    std::optional<Time> plan_wanted_at;  ///< newest PLAN_REQ to it
    std::optional<Time> behind_since;    ///< since when its epoch is above ours
    std::optional<Time> plan_sent_at;    ///< newest answer to its PLAN_REQ

    // What it told of its keys and settings, whatever its configuration.
    std::vector<KeyUse> keys;
    std::uint64_t keys_session = 0;  ///< of the frame that told them; another one's are void
    std::uint64_t keys_seq = 0;      ///< its number
    std::uint8_t keys_tag = 0;
    std::uint8_t keys_seen = 0;     ///< which of ours it has read, by its newest heartbeat
    bool accepts_our_keys = false;  ///< KEYS_OK in that heartbeat
    std::optional<Time> keys_told_at;
    SettingsAssembly settings;  ///< while it disagrees
    std::vector<Difference> differences;
    std::optional<Time> settings_asked_at;
    std::optional<Time> settings_told_at;

    bool told_keys() const { return keys_session != 0 && keys_session == session.session(); }
};

}  // namespace cohort::core
