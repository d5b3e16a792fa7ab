// SPDX-License-Identifier: GPL-2.0-or-later
//
// What nodes tell each other about their keys, and about settings in which they
// differ (section 9). Nothing of it has a part in who owns what.
#include "ctl/cohortd/core/machine_state.hpp"

#include <algorithm>

namespace cohort::core {

/// With a peer of any configuration: a rotation of keys and a mistake in a file
/// may meet, and it is the other configuration that must be named.
void Machine::State::confer(std::size_t index, const Message& message, Time now) {
    if (const auto* heartbeat = std::get_if<Heartbeat>(&message)) {
        tell_keys(index, *heartbeat, now);
        ask_settings(index, heartbeat->header, now);
    } else if (const auto* keys = std::get_if<Keys>(&message)) {
        hear_keys(index, *keys);
    } else if (const auto* request = std::get_if<SettingsRequest>(&message)) {
        tell_settings(index, *request, now);
    } else if (const auto* fragment = std::get_if<SettingsFragment>(&message)) {
        hear_settings(index, *fragment);
    }
}

// ---- keys --------------------------------------------------------------------

/// Which Keys frame the peers are to name.
std::uint8_t Machine::State::keys_tag() const {
    constexpr std::uint64_t kTags = Keys::kLastTag - Keys::kFirstTag + 1;
    return static_cast<std::uint8_t>(Keys::kFirstTag + keys_generation % kTags);
}

std::uint8_t Machine::State::keys_seen(const Peer& peer) const {
    if (config.keys.empty()) {
        return 0;
    }
    return peer.told_keys() ? peer.keys_tag : Keys::kNoneSeen;
}

/// KEYS_OK.
bool Machine::State::accepts_keys_of(const Peer& peer) const {
    return peer.told_keys() && std::ranges::all_of(peer.keys, [this](const KeyUse& theirs) {
               return std::ranges::any_of(config.keys, [&](const KeyUse& own) {
                   return own.id == theirs.id && own.check == theirs.check;
               });
           });
}

void Machine::State::change_keys(const KeysChanged& change) {
    if (config.keys != change.keys) {
        config.keys = change.keys;
        ++keys_generation;
    }
}

void Machine::State::tell_keys(std::size_t index, const Heartbeat& heartbeat, Time now) {
    Peer& peer = *peers[index];
    const auto entry = std::ranges::find(heartbeat.entries, self(), &HeartbeatEntry::peer);
    if (entry == heartbeat.entries.end()) {
        return;
    }
    peer.keys_seen = entry->keys_seen;
    peer.accepts_our_keys = entry->keys_ok && entry->keys_seen == keys_tag();
    const bool knows_the_frame = entry->keys_seen != 0;
    const bool just_told = peer.keys_told_at && now < *peer.keys_told_at + config.timers.heartbeat;
    if (!config.keys.empty() && knows_the_frame && entry->keys_seen != keys_tag() && !just_told) {
        peer.keys_told_at = now;
        const NodeId to = electorate[index].id;
        act(Send{to, Keys{header(now), to, keys_tag(), config.keys}});
    }
}

void Machine::State::hear_keys(std::size_t index, const Keys& keys) {
    Peer& peer = *peers[index];
    const bool overtaken = peer.told_keys() && keys.header.seq < peer.keys_seq;
    if (keys.to != self() || overtaken) {
        return;
    }
    peer.keys = keys.keys;
    peer.keys_session = keys.header.session;
    peer.keys_seq = keys.header.seq;
    peer.keys_tag = keys.tag;
}

// ---- settings ----------------------------------------------------------------

/// A piece a heartbeat, until all are there.
void Machine::State::ask_settings(std::size_t index, const Header& header, Time now) {
    Peer& peer = *peers[index];
    if (!peer.disagrees) {
        peer.settings.clear();
        peer.differences.clear();
        return;
    }
    if (peer.settings.expect(header.config_digest)) {
        peer.differences.clear();
    }
    const auto piece = peer.settings.missing();
    const bool just_asked =
        peer.settings_asked_at && now < *peer.settings_asked_at + config.timers.heartbeat;
    if (piece && !just_asked && peer.keys_seen != 0 && !config.settings.empty()) {
        peer.settings_asked_at = now;
        const NodeId to = electorate[index].id;
        act(Send{to, SettingsRequest{this->header(now), to, *piece}});
    }
}

void Machine::State::tell_settings(std::size_t index, const SettingsRequest& request, Time now) {
    Peer& peer = *peers[index];
    const std::size_t first = request.index * kSettingsFragmentBytes;
    const bool just_told =
        peer.settings_told_at && now < *peer.settings_told_at + config.timers.heartbeat / 2;
    if (request.to != self() || first >= settings.size() || just_told) {
        return;
    }
    peer.settings_told_at = now;
    SettingsFragment out;
    out.header = header(now);
    out.to = electorate[index].id;
    out.index = request.index;
    out.count = static_cast<std::uint16_t>((settings.size() + kSettingsFragmentBytes - 1) /
                                           kSettingsFragmentBytes);
    const std::size_t last = std::min(first + kSettingsFragmentBytes, settings.size());
    out.bytes.assign(settings.begin() + static_cast<std::ptrdiff_t>(first),
                     settings.begin() + static_cast<std::ptrdiff_t>(last));
    act(Send{out.to, std::move(out)});
}

void Machine::State::hear_settings(std::size_t index, const SettingsFragment& fragment) {
    Peer& peer = *peers[index];
    if (fragment.to != self() || !peer.settings.add(fragment)) {
        return;
    }
    peer.differences = compare_settings(config.settings, decode_settings(peer.settings.bytes()));
    note(Note::Level::alert,
         name(index) + (peer.differences.empty()
                            ? " has all the settings that this version knows; run the "
                              "same version of cohort on both"
                            : " differs in " + text(peer.differences)));
}

}  // namespace cohort::core
