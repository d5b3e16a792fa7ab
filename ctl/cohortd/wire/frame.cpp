// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/frame.hpp"

#include "ctl/cohortd/wire/bytes.hpp"

#include <stdexcept>
#include <type_traits>

namespace cohort::wire {
namespace {

enum class Type : std::uint8_t {
    heartbeat = 1,
    plan = 2,
    plan_request = 3,
    prevote = 4,
    prevote_ok = 5,
    hello = 6,
};

constexpr std::uint8_t kReleased = 1 << 0;
constexpr std::uint8_t kWantLease = 1 << 1;
constexpr std::uint8_t kLeaving = 1 << 2;
constexpr std::uint8_t kClearValid = 1 << 3;
constexpr std::uint8_t kAnswer = 1 << 4;

constexpr std::uint8_t kHeardOk = 1 << 0;
constexpr std::uint8_t kKeysOk = 1 << 1;
constexpr std::uint8_t kDirect = 1 << 2;
constexpr std::uint8_t kEchoed = 1 << 3;

constexpr std::uint8_t bit(bool on, std::uint8_t mask) {
    return on ? mask : 0;
}

bool is_node(core::NodeId id) {
    return id >= 1 && id <= core::kMaxNodeId;
}

Type type_of(const core::Heartbeat&) {
    return Type::heartbeat;
}
Type type_of(const core::PlanFragment&) {
    return Type::plan;
}
Type type_of(const core::PlanRequest&) {
    return Type::plan_request;
}
Type type_of(const core::Prevote&) {
    return Type::prevote;
}
Type type_of(const core::PrevoteOk&) {
    return Type::prevote_ok;
}
Type type_of(const core::Hello&) {
    return Type::hello;
}

std::uint8_t pack(const core::HeaderFlags& flags) {
    return static_cast<std::uint8_t>(
        bit(flags.released, kReleased) | bit(flags.want_lease, kWantLease) |
        bit(flags.leaving, kLeaving) | bit(flags.clear_valid, kClearValid) |
        bit(flags.answer, kAnswer));
}

core::HeaderFlags unpack_flags(std::uint8_t field) {
    return {.released = (field & kReleased) != 0,
            .want_lease = (field & kWantLease) != 0,
            .leaving = (field & kLeaving) != 0,
            .clear_valid = (field & kClearValid) != 0,
            .answer = (field & kAnswer) != 0};
}

std::uint16_t pack(const std::optional<Echo>& echo) {
    if (!echo || echo->held < std::chrono::milliseconds{0} || echo->held > Echo::kMaxHeld)
        return Echo::kNone;
    return static_cast<std::uint16_t>(echo->held.count() << 5 | (echo->seq & Echo::kSeqMask));
}

std::optional<Echo> unpack_echo(std::uint16_t field) {
    // No seq turns the longest held time into kNone: kMaxHeld leaves one spare.
    if (field >> 5 > Echo::kMaxHeld.count())
        return std::nullopt;
    return Echo{static_cast<std::uint8_t>(field & Echo::kSeqMask),
                std::chrono::milliseconds{field >> 5}};
}

// --- bodies, a pair of functions each ---------------------------------------

/// `echoed`: whose entry is marked, since the header's echo is for it.
void put_body(ByteWriter& out, const core::Heartbeat& heartbeat, core::NodeId echoed) {
    for (const core::HeartbeatEntry& entry : heartbeat.entries) {
        out.put(entry.peer);
        out.put(static_cast<std::uint8_t>(bit(entry.heard_ok, kHeardOk) |
                                          bit(entry.keys_ok, kKeysOk) | bit(entry.direct, kDirect) |
                                          bit(entry.peer == echoed, kEchoed)));
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

// --- the header -------------------------------------------------------------

void put_header(ByteWriter& out, const core::Header& header, Type type, std::size_t entries,
                const Envelope& envelope) {
    out.put(kMagic);
    out.put(kVersion);
    out.put(static_cast<std::uint8_t>(type));
    out.put(envelope.key_id);
    out.put(envelope.cluster);
    out.put(header.sender);
    out.put(pack(header.flags));
    out.put(header.weight);
    out.put(header.health);
    out.put(header.session);
    out.put(header.seq);
    out.put(header.config_digest);
    out.put(header.epoch.counter);
    out.put(header.epoch.planner);
    out.put(static_cast<std::uint8_t>(entries));
    out.put(pack(envelope.echo));
    out.put(header.epoch.digest);
    out.put(header.clear);
}

struct HeaderFields {
    core::Header header;
    Type type{};
    std::size_t entries = 0;
    std::optional<Echo> echo;
};

HeaderFields get_header(ByteReader& in) {
    HeaderFields fields;
    core::Header& header = fields.header;
    in.skip(2);  // magic and version: verified by the caller
    fields.type = static_cast<Type>(in.get<std::uint8_t>());
    in.skip(1 + 4);  // key id, cluster id: likewise
    header.sender = in.get<std::uint8_t>();
    header.flags = unpack_flags(in.get<std::uint8_t>());
    header.weight = in.get<std::uint8_t>();
    header.health = in.get<std::uint8_t>();
    header.session = in.get<std::uint64_t>();
    header.seq = in.get<std::uint64_t>();
    header.config_digest = in.get<std::uint64_t>();
    header.epoch.counter = in.get<std::uint64_t>();
    header.epoch.planner = in.get<std::uint8_t>();
    fields.entries = in.get<std::uint8_t>();
    fields.echo = unpack_echo(in.get<std::uint16_t>());
    header.epoch.digest = in.get<std::uint64_t>();
    header.clear = in.get<std::uint64_t>();
    return fields;
}

template <class Body>
boost::system::result<Decoded, Drop> get_message(ByteReader& in, const HeaderFields& fields) {
    Body body;
    body.header = fields.header;
    core::NodeId echoed = core::kNobody;
    bool whole = false;
    if constexpr (std::is_same_v<Body, core::Heartbeat>)
        whole = get_body(in, body, fields.entries, echoed);
    else
        whole = get_body(in, body);
    if (!whole || !in.at_end())
        return Drop::malformed;
    Decoded decoded{std::move(body), fields.echo};
    if (decoded.echo)
        decoded.echo->to = echoed;
    return decoded;
}

}  // namespace

Frame encode(const core::Message& message, const Envelope& envelope) {
    return std::visit(
        [&](const auto& body) {
            std::size_t entries = 0;
            using Body = std::decay_t<decltype(body)>;
            if constexpr (std::is_same_v<Body, core::Heartbeat>) {
                entries = body.entries.size();
                if (entries >= core::kMaxNodeId)
                    throw std::length_error("a heartbeat with more entries than peers");
            }
            if constexpr (std::is_same_v<Body, core::PlanFragment>) {
                if (body.bytes.size() > core::kPlanFragmentBytes)
                    throw std::length_error("a plan fragment that is too long");
            }
            Frame frame;
            ByteWriter out(frame.buffer().first(kMaxFrame - kMacBytes));
            put_header(out, body.header, type_of(body), entries, envelope);
            if constexpr (std::is_same_v<Body, core::Heartbeat>)
                put_body(out, body, envelope.echo ? envelope.echo->to : core::kNobody);
            else
                put_body(out, body);
            frame.resize(out.written());
            return frame;
        },
        message);
}

boost::system::result<Decoded, Drop> decode(std::span<const std::byte> authentic) {
    ByteReader in(authentic);
    const HeaderFields fields = get_header(in);
    const core::Header& header = fields.header;
    if (!in.ok() || !is_node(header.sender) || header.session == 0 ||
        header.epoch.planner > core::kMaxNodeId)
        return Drop::malformed;
    if (fields.entries != 0 && fields.type != Type::heartbeat)
        return Drop::malformed;
    switch (fields.type) {
        case Type::heartbeat:
            return get_message<core::Heartbeat>(in, fields);
        case Type::plan:
            return get_message<core::PlanFragment>(in, fields);
        case Type::plan_request:
            return get_message<core::PlanRequest>(in, fields);
        case Type::prevote:
            return get_message<core::Prevote>(in, fields);
        case Type::prevote_ok:
            return get_message<core::PrevoteOk>(in, fields);
        case Type::hello:
            return get_message<core::Hello>(in, fields);
    }
    return Drop::malformed;
}

}  // namespace cohort::wire
