// SPDX-License-Identifier: GPL-2.0-or-later
//
// The readers of the file's larger sections; private to config/.
#pragma once

#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/config/reader.hpp"

#include <string_view>
#include <vector>

namespace cohort::config {

/// [quorum], once the nodes are read.
void read_quorum(Problems& problems, const toml::table& root, Config& config);

/// The node that a key names, by its id or its name; nobody, and a problem, if
/// there is no such node.
core::NodeId read_node(Reader& section, std::string_view key, const std::vector<Node>& nodes);

/// All keys for frames. Without a [[key]], the cluster's key is the only one.
std::vector<NumberedKey> read_keys(Problems& problems, const toml::table& root,
                                   const ClusterKey& cluster);

/// `nodes` is how many nodes the cluster has.
std::vector<Link> read_links(Problems& problems, const toml::table& root, std::size_t nodes);

/// A VIP is none of the `links`' own addresses.
std::vector<Address> read_addresses(Problems& problems, const toml::table& root,
                                    const std::vector<Link>& links);

std::vector<Check> read_checks(Problems& problems, const toml::table& root);

/// 1..31 of letters, digits, '-', '_' and '.'.
Result<std::string> parse_label(std::string_view text);

/// As the kernel takes them: 1..15 bytes, no '/', ':' or white space.
Result<std::string> parse_device_name(std::string_view text);

}  // namespace cohort::config
