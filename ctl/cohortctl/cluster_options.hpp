// SPDX-License-Identifier: GPL-2.0-or-later
//
// The options that describe a cluster, shared by `cluster add` and `set`.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/netlink/types.hpp"

#include <CLI/App.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cohort::ctl {

/// As written on the command line; what was not given is absent.
struct ClusterOptions {
    std::string name;
    std::optional<std::string> dev;
    std::vector<std::string> vips;
    std::optional<std::string> hash;
    std::optional<std::string> buckets;
    std::optional<std::string> function;
    std::optional<std::string> key_file;
    std::optional<std::string> seed;
    std::optional<std::string> l2;
    std::optional<std::string> mac;
    std::optional<std::string> lease;
    bool no_address = false;
};

/// A cluster's positional name, which every command on one cluster takes.
CLI::Option* add_name(CLI::App& command, std::string& name);

/// Puts the options on a command; `dev` and `vip` are required for a new one.
void add_cluster_options(CLI::App& command, ClusterOptions& options, bool required);

/// For cluster-new: every default filled in, but for the MAC, which the
/// kernel derives.
Result<netlink::ClusterSpec> new_cluster(const ClusterOptions& options);

/// For cluster-set on `old`: what was given, and what follows from it.
Result<netlink::ClusterSpec> changed_cluster(const ClusterOptions& options,
                                             const netlink::Cluster& old);

/// All that can be said of the options without asking the kernel.
Result<void> check_cluster_options(const ClusterOptions& options);

}  // namespace cohort::ctl
