// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/frame.hpp"

#include "ctl/cohortd/wire/body.hpp"
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
    keys = 7,
    settings_request = 8,
    settings = 9,
};

constexpr std::uint8_t kReleased = 1 << 0;
constexpr std::uint8_t kWantLease = 1 << 1;
constexpr std::uint8_t kLeaving = 1 << 2;
constexpr std::uint8_t kClearValid = 1 << 3;
constexpr std::uint8_t kAnswer = 1 << 4;
constexpr std::uint8_t kReturning = 1 << 5;
constexpr std::uint8_t kServing = 1 << 6;

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
Type type_of(const core::Keys&) {
    return Type::keys;
}
Type type_of(const core::SettingsRequest&) {
    return Type::settings_request;
}
Type type_of(const core::SettingsFragment&) {
    return Type::settings;
}

std::uint8_t pack(const core::HeaderFlags& flags) {
    return static_cast<std::uint8_t>(
        bit(flags.released, kReleased) | bit(flags.want_lease, kWantLease) |
        bit(flags.leaving, kLeaving) | bit(flags.clear_valid, kClearValid) |
        bit(flags.answer, kAnswer) | bit(flags.returning, kReturning) |
        bit(flags.serving, kServing));
}

core::HeaderFlags unpack_flags(std::uint8_t field) {
    return {.released = (field & kReleased) != 0,
            .want_lease = (field & kWantLease) != 0,
            .leaving = (field & kLeaving) != 0,
            .clear_valid = (field & kClearValid) != 0,
            .answer = (field & kAnswer) != 0,
            .returning = (field & kReturning) != 0,
            .serving = (field & kServing) != 0};
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
            if constexpr (std::is_same_v<Body, core::SettingsFragment>) {
                if (body.bytes.size() > core::kSettingsFragmentBytes)
                    throw std::length_error("a settings fragment that is too long");
            }
            if constexpr (std::is_same_v<Body, core::Keys>) {
                if (body.keys.size() > core::kMaxKeys)
                    throw std::length_error("more keys than a node may have");
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
        case Type::keys:
            return get_message<core::Keys>(in, fields);
        case Type::settings_request:
            return get_message<core::SettingsRequest>(in, fields);
        case Type::settings:
            return get_message<core::SettingsFragment>(in, fields);
    }
    return Drop::malformed;
}

}  // namespace cohort::wire
