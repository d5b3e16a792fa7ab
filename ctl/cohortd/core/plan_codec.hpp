// SPDX-License-Identifier: GPL-2.0-or-later
//
// A plan as bytes: for the wire, for the disk, and for its digest.
#pragma once

#include "ctl/cohortd/core/types.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace cohort::core {

/// The plan without its epoch id. Canonical: equal plans give equal bytes.
///
///   u8 format, u8 n, n x u8 ids of the nodes that appear, ascending,
///   u32 buckets, u64 config digest, then in the format that needs fewer bytes
///   (1 if both need as many):
///
/// 1, packed, for plans that much has happened to:
///   N: ceil(log2(n + 1)) bits a bucket, least significant bit first,
///      0 = nobody, k = the k-th id; padded with zero bits to a byte,
///   u32 exceptions, then for each bucket whose O differs from its N, ascending:
///      u32 bucket, u8 index of the owner as above.
///
/// 2, runs, for the few long ranges that plans begin as: a serial line carries
/// one in milliseconds where all those bits take tenths of a second:
///   for each longest run of buckets with the same N and O, ascending:
///      its length (unsigned LEB128), u8 index of N's owner, u8 of O's.
///
/// Little endian. `plan.old` is as long as `plan.fresh`.
std::vector<std::byte> encode_plan(const Plan& plan);

/// Reads what encode_plan() wrote; anything else, also other bytes for a plan
/// that could be written, gives nothing. The id is left at zero: it comes from
/// the frame or file that carried the bytes. At most `max_buckets` are accepted
/// (they decide how much memory is taken).
std::optional<Plan> decode_plan(std::span<const std::byte> bytes, std::size_t max_buckets);

/// The most bytes that a plan of this many buckets can have.
std::size_t max_plan_bytes(std::size_t buckets);

/// Likewise, of so many nodes, while no bucket is between two owners.
std::size_t max_settled_plan_bytes(std::size_t buckets, std::size_t nodes);

/// The digest of R2 over encode_plan()'s bytes. BLAKE2b cut to 64 bits: nodes
/// do not lie (A5), so it need only make an accidental collision of two plans
/// with one counter and one planner unthinkable; a weaker sum could collide on
/// the regular patterns that plans are.
std::uint64_t plan_digest(std::span<const std::byte> encoded);

/// Completes a plan's epoch id: counter, planner and the digest of the rest.
void seal_plan(Plan& plan, std::uint64_t counter, NodeId planner);

/// True if the plan's id carries the digest of its content. The plan of epoch
/// counter 0, which nobody issued, counts as sealed if it gives nothing away.
bool is_sealed(const Plan& plan);

/// The plan of a fresh node: epoch 0, every bucket nobody's.
Plan empty_plan(std::size_t buckets, std::uint64_t config_digest);

}  // namespace cohort::core
