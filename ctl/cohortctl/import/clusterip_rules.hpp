// SPDX-License-Identifier: GPL-2.0-or-later
//
// Rules of the CLUSTERIP target, as iptables-save writes them. Pure: text in, values
// or one line of refusal out.
//
// The target's options mean the following here: --total-nodes is the count of
// buckets, --local-node N the bucket N - 1, --hash-init the seed, --hashmode the
// hash mode, --clustermac the MAC, and -i the device.
#pragma once

#include "ctl/base/address.hpp"
#include "ctl/base/mac.hpp"
#include "ctl/base/result.hpp"
#include "ctl/netlink/types.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::ctl {

/// A rule of the text, for messages and for its removal.
struct OldRule {
    std::size_t line = 0;  ///< from 1
    std::string table;     ///< "filter", or what the text says
    /// What stands behind `-A INPUT`, word by word. A comment is kept.
    std::vector<std::string> words;
};

/// What the target keeps for a VIP: its settings are those of the rule with
/// --new; rules without it only join in.
struct OldCluster {
    IpAddress vip;
    std::string dev;
    netlink::HashMode mode{};
    std::uint32_t seed = 0;
    std::uint32_t total_nodes = 0;
    Mac mac{};
    /// The nodes that this host is, from 1, ascending: at first the rule's; what
    /// /proc tells of a running host replaces them.
    std::vector<std::uint32_t> local_nodes;
    std::vector<OldRule> rules;  ///< in the order of the text; never empty
};

/// All CLUSTERIP rules of an iptables-save text, by VIP in the order of the text.
/// Other rules are passed over. What has no counterpart is refused with
/// "SOURCE:LINE: ", and so is a text without any such rule.
Result<std::vector<OldCluster>> parse_clusterip_rules(std::string_view text,
                                                      std::string_view source);

/// /proc/net/ipt_CLUSTERIP/VIP: "1,3\n", or nothing if there is none.
Result<std::vector<std::uint32_t>> parse_local_nodes(std::string_view text,
                                                     std::uint32_t total_nodes);

}  // namespace cohort::ctl
