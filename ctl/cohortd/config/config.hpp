// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configuration file as values. A Config that load_config() gave is whole
// and consistent; nothing further on needs to check it again.
#pragma once

#include "ctl/base/address.hpp"
#include "ctl/base/keyfile.hpp"
#include "ctl/base/mac.hpp"
#include "ctl/base/result.hpp"
#include "ctl/cohortd/core/machine.hpp"
#include "ctl/netlink/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cohort::config {

struct Node {
    core::NodeId id = core::kNobody;
    std::string name;  ///< "node" and the id if none was given
    std::uint8_t weight = 1;
    bool witness = false;  ///< a vote, no buckets; its host has no module
    bool operator==(const Node&) const = default;
};

/// Mode fence: what turns the peer's power off.
struct FenceAgent {
    /// Absolute path and arguments, run as they are, without a shell. `{id}` and
    /// `{name}` stand for the peer's. Exit status 0 confirms that it is off.
    std::vector<std::string> command;
    core::Duration timeout = std::chrono::seconds{30};  ///< of one attempt
    unsigned retries = 2;                               ///< attempts after the first
    core::Duration delay{};  ///< before it starts: differs, so that not both fence at once
    bool operator==(const FenceAgent&) const = default;
};

/// 8N1, no flow control.
struct SerialLink {
    std::string device;
    unsigned baud = 115200;
    bool operator==(const SerialLink&) const = default;
};

/// Either peers or a multicast group.
struct UdpLink {
    Endpoint bind;
    std::vector<Endpoint> peers;
    std::optional<Endpoint> multicast;
    std::string dev;  ///< empty: whichever the routes say; always set for multicast
    bool operator==(const UdpLink&) const = default;
};

struct Link {
    std::string name;
    std::variant<SerialLink, UdpLink> way;
    bool operator==(const Link&) const = default;
};
inline constexpr std::size_t kMaxLinks = 16;

/// One [[address]]: a cluster of the kernel's, by that name.
struct Address {
    std::string name;
    std::string dev;
    std::vector<Vip> vips;
    netlink::HashMode hash = netlink::HashMode::sourceip_sourceport;
    netlink::HashFunction function = netlink::HashFunction::siphash;
    std::uint32_t seed = 0;  ///< of clusterip
    std::uint32_t buckets = 4096;
    netlink::L2Mode l2 = netlink::L2Mode::multicast;
    std::optional<Mac> mac;  ///< none: derived from the first VIP
    bool operator==(const Address&) const = default;
};
inline constexpr std::size_t kMaxBucketsTotal = 524288;

/// A [[check]]; of type link, the only one yet.
struct Check {
    std::string name;
    std::string dev;
    bool operator==(const Check&) const = default;
};

struct Config {
    std::string file;
    std::string cluster;
    core::NodeId node = core::kNobody;
    std::string key_file = "/etc/cohort/key";  ///< keys the hash, and frames without [[key]]
    std::string state_dir = "/var/lib/cohort";
    core::Duration heartbeat = std::chrono::milliseconds{100};
    core::Duration lease = std::chrono::seconds{1};
    core::QuorumMode mode = core::QuorumMode::links;
    core::NodeId preferred = core::kNobody;  ///< mode preferred: the node with two votes
    FenceAgent fence;                        ///< mode fence
    std::vector<Node> nodes;                 ///< ascending ids
    std::vector<Link> links;
    std::vector<Address> addresses;  ///< in the file's order: so run the buckets
    std::vector<Check> checks;
    std::optional<ClusterKey> key;  ///< of key_file; always there after load_config()
    std::vector<NumberedKey> keys;  ///< for frames, ascending ids; 1 to core::kMaxKeys
};

/// Reads and checks the file and the key file that it names. The error is one
/// line: FILE:LINE: what is wrong, and what would be right.
Result<Config> load_config(const std::string& path);

/// The same for text; `path` names it in messages.
Result<Config> parse_config(std::string_view content, const std::string& path);

const Node& self_of(const Config& config);
const Node& node_of(const Config& config, core::NodeId id);

/// Nodes that take buckets: all but a witness.
std::size_t contender_count(const Config& config);
unsigned votes_of(const Config& config, const Node& node);

/// What ownership rests on in this quorum mode, in one sentence.
std::string assumption(const Config& config);

/// Buckets of all addresses together.
std::size_t bucket_count(const Config& config);

/// What must be the same on all nodes, as 64 bits: cluster name, nodes,
/// addresses, timing and quorum. Weights and whatever is local are left out.
std::uint64_t config_digest(const Config& config);

/// The same, as names and values in the words of the file.
std::vector<core::Setting> settings(const Config& config);

/// What the node tells its peers of its keys.
std::vector<core::KeyUse> key_uses(const Config& config);

core::MachineConfig machine_config(const Config& config);

/// What `--check` prints: what the configuration amounts to, the assumption
/// that its quorum mode rests on, and remarks on what may be unintended.
std::string summarize(const Config& config);

/// True if the two differ in what all nodes must agree on, but only by one
/// [[node]] that one of them has and the other has not.
bool is_node_change(const Config& running, const Config& wanted);

/// What differs and cannot change in a running daemon, named in words; empty
/// if the step from one to the other is links, checks, [[key]], and one node more
/// or less.
std::string needs_restart(const Config& running, const Config& wanted);

std::string_view to_string(core::QuorumMode mode);

/// 192.0.2.1:7788 or [2001:db8::1]:7788.
std::string format_endpoint(const Endpoint& endpoint);

}  // namespace cohort::config
