// SPDX-License-Identifier: GPL-2.0-or-later
//
// The cluster key and what is derived from it. Every node and every tool that
// reads the same file comes to the same keys.
#pragma once

#include "ctl/base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cohort {

/// Overwrites memory in a way that the compiler keeps.
void wipe(std::span<std::uint8_t> memory);

/// N secret bytes that are overwritten when they go out of use.
template <std::size_t N>
class Secret {
public:
    Secret() = default;
    explicit Secret(const std::array<std::uint8_t, N>& bytes) : bytes_(bytes) {}
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    ~Secret() { wipe(bytes_); }

    std::span<std::uint8_t, N> bytes() { return bytes_; }
    std::span<const std::uint8_t, N> bytes() const { return bytes_; }

private:
    std::array<std::uint8_t, N> bytes_{};
};

using SipKey = Secret<16>;    ///< the key of a cluster's SipHash
using FrameKey = Secret<32>;  ///< authenticates frames between nodes

/// The SipHash key that stands for a seed: little-endian in bytes 0..3, the
/// others 0.
SipKey key_of_seed(std::uint32_t seed);

/// BLAKE2b-256 of the key file's content; the parent of all other keys.
class ClusterKey {
public:
    /// Reads a regular file of 16 bytes to 64 KiB, its trailing newlines not
    /// counted, that belongs to the caller or root and that nobody else may
    /// read (mode 0600 or stricter). Anything else is refused.
    static Result<ClusterKey> read(const std::string& path);

    /// At least 16 bytes once trailing newlines are stripped.
    static Result<ClusterKey> from_content(std::span<const std::uint8_t> content);

    /// Of a cluster with one key file.
    FrameKey frame_key() const;
    /// Of this file's content in a cluster whose key file is `cluster`: its own
    /// frame_key() if the contents are the same, and otherwise a key that only
    /// those come to who have both. So nodes that understand each other's frames
    /// hash alike, whichever frame key they are at.
    FrameKey frame_key(const ClusterKey& cluster) const;
    /// For the cluster (in cohortd's words: the address) of that name.
    SipKey siphash_key(std::string_view cluster_name) const;

private:
    explicit ClusterKey(const Secret<32>& root) : root_(root) {}
    Secret<32> root_;
};

/// 32 bits by which nodes tell that they have the same frame key. They say
/// nothing of the key that its frames do not.
std::uint32_t check_of(const FrameKey& key);

/// A key by which a node knows its cluster's frames. It has up to four, by ids
/// of 1..255; exactly one sends.
struct NumberedKey {
    std::uint8_t id = 0;
    bool sends = false;  ///< signs this node's frames; all are accepted
    FrameKey secret;
};

/// The id of the only key of a cluster that has one key file.
inline constexpr std::uint8_t kFirstKeyId = 1;

}  // namespace cohort
