// SPDX-License-Identifier: GPL-2.0-or-later
//
// Values to messages of the family and back; no socket here.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/netlink/message.hpp"
#include "ctl/netlink/types.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::netlink {

/// A request without attributes, for dumps.
Message encode_dump(std::uint16_t family, std::uint8_t command);
/// A request that names a cluster and says no more.
Message encode_name(std::uint16_t family, std::uint8_t command, const std::string& name);
/// cluster-new or cluster-set.
Message encode_cluster(std::uint16_t family, std::uint8_t command, const ClusterSpec& spec);
Message encode_bucket_update(std::uint16_t family, const BucketUpdate& update);
Message encode_bucket_change(std::uint16_t family, const BucketChange& change);
Message encode_renewal(std::uint16_t family, const LeaseRenewal& renewal);

// Refused if an attribute is missing without which the value means nothing.
Result<Cluster> decode_cluster(const nlmsghdr* message);
Result<BucketStates> decode_states(const nlmsghdr* message);
Result<Stats> decode_stats(const nlmsghdr* message);
Result<Event> decode_event(const nlmsghdr* message);

/// The command of a message of the family.
std::uint8_t command_of(const nlmsghdr* message);

/// The specification's name of a top-level attribute, or "".
std::string_view attribute_name(int attribute);

/// Two bits a bucket: bucket b in byte b / 4 at bit 2 * (b % 4).
std::vector<std::uint8_t> pack_states(std::span<const BucketState> states);
/// Of exactly (count + 3) / 4 bytes; anything else is refused.
Result<std::vector<BucketState>> unpack_states(std::span<const std::uint8_t> bytes,
                                               std::uint32_t count);
/// A bit a bucket: bucket b in byte b / 8 at bit b % 8. The list must lie
/// below the count.
std::vector<std::uint8_t> pack_mask(const BucketList& list, std::uint32_t count);

}  // namespace cohort::netlink
