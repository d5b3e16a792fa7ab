// SPDX-License-Identifier: GPL-2.0-or-later
//
// Authenticated frames: BLAKE2b-128 keyed with the cluster's frame key, over
// header and body, key id included. Nothing of a frame is believed before its
// MAC was verified; magic, version, cluster and key id are only compared.
#pragma once

#include "ctl/base/keyfile.hpp"
#include "ctl/cohortd/wire/drop.hpp"
#include "ctl/cohortd/wire/frame.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cohort::wire {

/// Tells the frames of different clusters apart: 32 bits of the name's hash.
std::uint32_t cluster_id(std::string_view name);

/// The id of a cluster's one key; a rotation will use others beside it.
inline constexpr std::uint8_t kFirstKeyId = 1;

class Codec {
public:
    Codec(std::uint32_t cluster, const FrameKey& key);

    Frame seal(const core::Message& message, const std::optional<Echo>& echo) const;

    /// Who sent it, and whether it is for this node, is the caller's to judge.
    boost::system::result<Decoded, Drop> open(std::span<const std::byte> frame) const;

private:
    std::uint32_t cluster_;
    FrameKey key_;
};

}  // namespace cohort::wire
