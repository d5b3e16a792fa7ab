// SPDX-License-Identifier: GPL-2.0-or-later
//
// Authenticated frames: BLAKE2b-128 keyed with one of the cluster's frame keys,
// over header and body, key id included. Nothing of a frame is believed before
// its MAC was verified; magic, version, cluster and key id are only compared.
#pragma once

#include "ctl/base/keyfile.hpp"
#include "ctl/cohortd/wire/drop.hpp"
#include "ctl/cohortd/wire/frame.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cohort::wire {

/// Tells the frames of different clusters apart: 32 bits of the name's hash.
std::uint32_t cluster_id(std::string_view name);

class Codec {
public:
    /// Exactly one of the keys must send; else throws std::logic_error.
    Codec(std::uint32_t cluster, std::vector<NumberedKey> keys);

    /// Signs with the key that sends.
    Frame seal(const core::Message& message, const std::optional<Echo>& echo) const;

    /// Signed with whichever of the keys. Who sent it, and whether it is for this node, is the
    /// caller's to judge.
    boost::system::result<Decoded, Drop> open(std::span<const std::byte> frame) const;

private:
    std::uint32_t cluster_;
    std::vector<NumberedKey> keys_;
    std::size_t sender_;  ///< which of them sends
};

}  // namespace cohort::wire
