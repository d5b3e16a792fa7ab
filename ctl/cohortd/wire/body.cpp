// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/body.hpp"

#include "ctl/cohortd/wire/frame.hpp"

namespace cohort::wire {
namespace {

// The flags of a heartbeat's entry; keys_seen is above them.
constexpr std::uint8_t kHeardOk = 1 << 0;
constexpr std::uint8_t kKeysOk = 1 << 1;
constexpr std::uint8_t kDirect = 1 << 2;
constexpr std::uint8_t kEchoed = 1 << 3;
constexpr unsigned kKeysSeenShift = 4;

// The flags of a key in Keys.
constexpr std::uint8_t kSends = 1 << 0;

}  // namespace

void put_body(ByteWriter& out, const core::Heartbeat& heartbeat, core::NodeId echoed) {
    for (const core::HeartbeatEntry& entry : heartbeat.entries) {
        out.put(entry.peer);
        out.put(static_cast<std::uint8_t>(bit(entry.heard_ok, kHeardOk) |
                                          bit(entry.keys_ok, kKeysOk) | bit(entry.direct, kDirect) |
                                          bit(entry.peer == echoed, kEchoed) |
                                          entry.keys_seen << kKeysSeenShift));
        out.put(entry.session_tag);
        out.put(entry.seq);
    }
}

bool get_body(ByteReader& in, core::Heartbeat& heartbeat, std::size_t entries,
              core::NodeId& echoed) {
    if (in.left() != entries * kEntryBytes)
        return false;
    heartbeat.entries.resize(entries);
    for (core::HeartbeatEntry& entry : heartbeat.entries) {
        entry.peer = in.get<std::uint8_t>();
        const auto flags = in.get<std::uint8_t>();
        entry.heard_ok = (flags & kHeardOk) != 0;
        entry.keys_ok = (flags & kKeysOk) != 0;
        entry.direct = (flags & kDirect) != 0;
        if ((flags & kEchoed) != 0)
            echoed = entry.peer;
        entry.keys_seen = static_cast<std::uint8_t>(flags >> kKeysSeenShift);
        entry.session_tag = in.get<std::uint16_t>();
        entry.seq = in.get<std::uint32_t>();
        if (!is_node(entry.peer))
            return false;
    }
    return true;
}

void put_body(ByteWriter& out, const core::PlanFragment& fragment) {
    out.put(fragment.index);
    out.put(fragment.count);
    out.put_bytes(fragment.bytes);
}

bool get_body(ByteReader& in, core::PlanFragment& fragment) {
    fragment.index = in.get<std::uint16_t>();
    fragment.count = in.get<std::uint16_t>();
    const auto bytes = in.rest();
    fragment.bytes.assign(bytes.begin(), bytes.end());
    return fragment.index < fragment.count && !bytes.empty() &&
           bytes.size() <= core::kPlanFragmentBytes;
}

void put_body(ByteWriter& out, const core::PlanRequest& request) {
    out.put(request.to);
    out.put(request.wanted.planner);
    out.zeros(6);
    out.put(request.wanted.counter);
    out.put(request.wanted.digest);
}

bool get_body(ByteReader& in, core::PlanRequest& request) {
    request.to = in.get<std::uint8_t>();
    request.wanted.planner = in.get<std::uint8_t>();
    in.skip(6);
    request.wanted.counter = in.get<std::uint64_t>();
    request.wanted.digest = in.get<std::uint64_t>();
    return is_node(request.to) && request.wanted.planner <= core::kMaxNodeId;
}

void put_body(ByteWriter& out, const core::Prevote& prevote) {
    out.put(prevote.counter);
}

bool get_body(ByteReader& in, core::Prevote& prevote) {
    prevote.counter = in.get<std::uint64_t>();
    return true;
}

void put_body(ByteWriter& out, const core::PrevoteOk& ok) {
    out.put(ok.to);
    out.zeros(7);
    out.put(ok.counter);
}

bool get_body(ByteReader& in, core::PrevoteOk& ok) {
    ok.to = in.get<std::uint8_t>();
    in.skip(7);
    ok.counter = in.get<std::uint64_t>();
    return is_node(ok.to);
}

void put_body(ByteWriter& out, const core::Hello& hello) {
    out.put(hello.to);
    out.zeros(7);
    out.put(hello.challenge);
    out.put(hello.echo);
}

bool get_body(ByteReader& in, core::Hello& hello) {
    hello.to = in.get<std::uint8_t>();
    in.skip(7);
    hello.challenge = in.get<std::uint64_t>();
    hello.echo = in.get<std::uint64_t>();
    return is_node(hello.to);
}

void put_body(ByteWriter& out, const core::Keys& keys) {
    out.put(keys.to);
    out.put(keys.tag);
    out.zeros(6);
    for (const core::KeyUse& key : keys.keys) {
        out.put(key.id);
        out.put(bit(key.sends, kSends));
        out.zeros(2);
        out.put(key.check);
    }
}

bool get_body(ByteReader& in, core::Keys& keys) {
    keys.to = in.get<std::uint8_t>();
    keys.tag = in.get<std::uint8_t>();
    in.skip(6);
    const std::size_t count = in.left() / kKeyBytes;
    if (count == 0 || count > core::kMaxKeys || in.left() % kKeyBytes != 0)
        return false;
    keys.keys.resize(count);
    std::size_t senders = 0;
    for (core::KeyUse& key : keys.keys) {
        key.id = in.get<std::uint8_t>();
        key.sends = (in.get<std::uint8_t>() & kSends) != 0;
        in.skip(2);
        key.check = in.get<std::uint32_t>();
        senders += key.sends ? 1 : 0;
        if (key.id == 0)
            return false;
    }
    return is_node(keys.to) && senders == 1 && keys.tag >= core::Keys::kFirstTag &&
           keys.tag <= core::Keys::kLastTag;
}

void put_body(ByteWriter& out, const core::SettingsRequest& request) {
    out.put(request.to);
    out.zeros(1);
    out.put(request.index);
    out.zeros(4);
}

bool get_body(ByteReader& in, core::SettingsRequest& request) {
    request.to = in.get<std::uint8_t>();
    in.skip(1);
    request.index = in.get<std::uint16_t>();
    in.skip(4);
    return is_node(request.to);
}

void put_body(ByteWriter& out, const core::SettingsFragment& fragment) {
    out.put(fragment.to);
    out.zeros(1);
    out.put(fragment.index);
    out.put(fragment.count);
    out.zeros(2);
    out.put_bytes(fragment.bytes);
}

bool get_body(ByteReader& in, core::SettingsFragment& fragment) {
    fragment.to = in.get<std::uint8_t>();
    in.skip(1);
    fragment.index = in.get<std::uint16_t>();
    fragment.count = in.get<std::uint16_t>();
    in.skip(2);
    const auto bytes = in.rest();
    fragment.bytes.assign(bytes.begin(), bytes.end());
    return is_node(fragment.to) && fragment.index < fragment.count && !bytes.empty() &&
           bytes.size() <= core::kSettingsFragmentBytes;
}

}  // namespace cohort::wire
