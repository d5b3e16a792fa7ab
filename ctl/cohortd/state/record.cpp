// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/state/record.hpp"

#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/wire/bytes.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ratio>

namespace cohort::state {
namespace {

// magic u64, version u32, cluster u32, node u8, planner u8, promise u16 in 64ths of a second,
// plan length u32, epoch counter u64, plan digest u64, plan, BLAKE2b-256.
constexpr std::uint64_t kMagic = 0x65746174736F6863;  // "chostate", little endian
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kFixedBytes = 40;
constexpr std::size_t kSumBytes = 32;
constexpr std::size_t kMaxBuckets = 1 << 22;
using Tick = std::chrono::duration<std::int64_t, std::ratio<1, 64>>;
constexpr Tick kLongestPromise{0xFFFF};  // 17 minutes; the longest lease is 10

using Sum = std::array<std::byte, kSumBytes>;

Sum checksum(std::span<const std::byte> bytes) {
    Sum sum;
    crypto_generichash(reinterpret_cast<unsigned char*>(sum.data()), sum.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    return sum;
}

Error broken() {
    return {ErrorKind::refused,
            "is damaged, so this node cannot know what it promised; make sure that the peer runs "
            "or that all nodes have been stopped for a lease, then delete it",
            0};
}

}  // namespace

std::vector<std::byte> encode_record(const Owner& owner, const Accepted& accepted) {
    const core::Plan& plan = accepted.plan;
    const Tick promise = std::min(std::chrono::ceil<Tick>(accepted.promise), kLongestPromise);
    const std::vector<std::byte> encoded = core::encode_plan(plan);
    std::vector<std::byte> record(kFixedBytes + encoded.size() + kSumBytes);
    wire::ByteWriter out(record);
    out.put(kMagic);
    out.put(kVersion);
    out.put(owner.cluster);
    out.put(owner.node);
    out.put(plan.id.planner);
    out.put(static_cast<std::uint16_t>(promise.count()));
    out.put(static_cast<std::uint32_t>(encoded.size()));
    out.put(plan.id.counter);
    out.put(plan.id.digest);
    out.put_bytes(encoded);
    out.put_bytes(checksum(std::span(record).first(out.written())));
    return record;
}

Result<Accepted> decode_record(std::span<const std::byte> bytes, const Owner& owner) {
    if (bytes.size() < kFixedBytes + kSumBytes)
        return broken();
    const auto body = bytes.first(bytes.size() - kSumBytes);
    if (!std::ranges::equal(checksum(body), bytes.last(kSumBytes)))
        return broken();
    wire::ByteReader in(body);
    if (in.get<std::uint64_t>() != kMagic)
        return broken();
    const auto version = in.get<std::uint32_t>();
    if (version != kVersion)
        return Error{ErrorKind::refused,
                     fmt::format("has format {}, but this cohortd knows format {}; run the "
                                 "version that wrote it",
                                 version, kVersion),
                     0};
    Owner written;
    written.cluster = in.get<std::uint32_t>();
    written.node = in.get<std::uint8_t>();
    core::EpochId id;
    id.planner = in.get<std::uint8_t>();
    const Tick promise{in.get<std::uint16_t>()};
    const auto length = in.get<std::uint32_t>();
    id.counter = in.get<std::uint64_t>();
    id.digest = in.get<std::uint64_t>();
    if (written != owner)
        return Error{
            ErrorKind::refused,
            fmt::format("belongs to node {} of {} cluster; give each node a state_dir "
                        "of its own",
                        written.node, written.cluster == owner.cluster ? "this" : "another"),
            0};
    const auto encoded = in.rest();
    auto plan = core::decode_plan(encoded, kMaxBuckets);
    if (encoded.size() != length || !plan)
        return broken();
    plan->id = id;
    return Accepted{*std::move(plan), promise};
}

}  // namespace cohort::state
