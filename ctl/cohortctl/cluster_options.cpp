// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/cluster_options.hpp"

#include "cohort/mac.h"
#include "ctl/base/duration.hpp"
#include "ctl/base/name.hpp"
#include "ctl/base/number.hpp"

#include <fmt/format.h>
#include <linux/if.h>

#include <algorithm>
#include <limits>

namespace cohort::ctl {
namespace {

using netlink::Cluster;
using netlink::ClusterSpec;
using netlink::HashFunction;

constexpr std::uint32_t kDefaultBuckets = 4096;

/// Reads an option that was given into a field of the specification.
template <class Field, class Parse>
Result<void> read_into(Field& field, const std::optional<std::string>& text, Parse parse) {
    if (!text)
        return {};
    const auto value = parse(*text);
    if (!value)
        return value.error();
    field = *value;
    return {};
}

Result<std::string> parse_device(const std::string& text) {
    const auto plain = [](unsigned char c) { return c > ' ' && c != '/' && c != ':' && c != 0x7f; };
    if (text.empty() || text.size() >= IFNAMSIZ || text == "." || text == ".." ||
        !std::ranges::all_of(text, plain))
        return usage_error(
            fmt::format("'{}' is not a name of a device: 1 to {} characters, no space, '/' or ':'",
                        text, IFNAMSIZ - 1));
    return text;
}

Result<std::uint32_t> parse_buckets(const std::string& text) {
    const auto number = parse_number("bucket count", text, 1, COHORT_BUCKETS_MAX);
    if (!number)
        return number.error();
    return static_cast<std::uint32_t>(*number);
}

Result<std::uint32_t> parse_seed(const std::string& text) {
    const auto number = parse_number("seed", text, 0, std::numeric_limits<std::uint32_t>::max());
    if (!number)
        return number.error();
    return static_cast<std::uint32_t>(*number);
}

Result<std::chrono::milliseconds> parse_lease(const std::string& text) {
    auto lease = parse_milliseconds(text);
    if (lease && lease->count() > COHORT_LEASE_MAX_MS)
        return usage_error(fmt::format("lease '{}' is longer than the longest, 1h", text));
    return lease;
}

Result<void> read_vips(ClusterSpec& spec, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        const auto vip = parse_vip(text);
        if (!vip)
            return vip.error();
        const auto same = [&](const Vip& other) { return other.address == vip->address; };
        if (std::ranges::any_of(spec.vips, same))
            return usage_error(fmt::format("VIP '{}' is given twice; name each once", text));
        spec.vips.push_back(*vip);
    }
    if (spec.vips.size() > COHORT_VIPS_MAX)
        return usage_error(fmt::format("{} VIPs are too many for one cluster: at most {}",
                                       spec.vips.size(), COHORT_VIPS_MAX));
    return {};
}

/// What an option says in itself; the key and "auto" depend on more.
Result<ClusterSpec> read_options(const ClusterOptions& options) {
    ClusterSpec spec;
    spec.name = options.name;
    if (const auto ok = check_cluster_name(options.name); !ok)
        return ok.error();
    if (const auto ok = read_into(spec.dev, options.dev, parse_device); !ok)
        return ok.error();
    if (const auto ok = read_vips(spec, options.vips); !ok)
        return ok.error();
    if (const auto ok = read_into(spec.mode, options.hash, netlink::parse_hash_mode); !ok)
        return ok.error();
    if (const auto ok = read_into(spec.function, options.function, netlink::parse_hash_function);
        !ok)
        return ok.error();
    if (const auto ok = read_into(spec.buckets, options.buckets, parse_buckets); !ok)
        return ok.error();
    if (const auto ok = read_into(spec.l2, options.l2, netlink::parse_l2_mode); !ok)
        return ok.error();
    if (const auto ok = read_into(spec.lease, options.lease, parse_lease); !ok)
        return ok.error();
    if (options.mac && *options.mac != "auto") {
        const auto mac = parse_mac(*options.mac);
        if (!mac)
            return usage_error(mac.error().message + ", nor is it 'auto'");
        spec.mac = *mac;
    }
    if (const auto ok = read_into(spec.seed, options.seed, parse_seed); !ok)
        return ok.error();
    if (options.seed && options.key_file)
        return usage_error("--seed and --key-file exclude each other; give one");
    return spec;
}

/// Turns --key-file and --seed into what the hash function takes; the kernel
/// knows a seed only for clusterip.
Result<void> read_secret(ClusterSpec& spec, const ClusterOptions& options, HashFunction function) {
    if (function == HashFunction::clusterip) {
        if (options.key_file)
            return usage_error("--key-file is for function siphash; clusterip takes --seed");
        return {};
    }
    if (options.key_file) {
        const auto key = ClusterKey::read(*options.key_file);
        if (!key)
            return key.error();
        spec.key = key->siphash_key(options.name);
    } else if (spec.seed) {
        spec.key = key_of_seed(*spec.seed);
    }
    spec.seed.reset();
    return {};
}

}  // namespace

CLI::Option* add_name(CLI::App& command, std::string& name) {
    return command.add_option("NAME", name, "The cluster")->type_name("")->required();
}

void add_cluster_options(CLI::App& command, ClusterOptions& options, bool required) {
    add_name(command, options.name);
    command.add_option("--dev", options.dev, "Device that the packets come in on")
        ->type_name("IF")
        ->required(required);
    command.add_option("--vip", options.vips, "Virtual address; once for each")
        ->type_name("ADDR/LEN")
        ->allow_extra_args(false)
        ->required(required);
    command
        .add_option("--hash", options.hash,
                    "sourceip | sourceip-sourceport |\n"
                    "sourceip-sourceport-destport")
        ->type_name("MODE");
    command.add_option("--buckets", options.buckets, "Count of buckets, 1 to 65536")
        ->type_name("N");
    command.add_option("--function", options.function, "siphash | clusterip (as the old target)")
        ->type_name("NAME");
    command.add_option("--key-file", options.key_file, "Key of siphash: the key file of cohortd")
        ->type_name("F");
    command.add_option("--seed", options.seed, "Or a number: the same on every node")
        ->type_name("N");
    command.add_option("--l2", options.l2, "multicast | igmp | unicast")->type_name("MODE");
    command.add_option("--mac", options.mac, "The cluster's MAC; auto: of the first VIP")
        ->type_name("MAC|auto");
    command.add_option("--lease", options.lease, "Serve only so long after a renewal; 0: static")
        ->type_name("DURATION");
    command.add_flag("--no-address", options.no_address, "Leave the addresses of IF alone");
}

Result<void> check_cluster_options(const ClusterOptions& options) {
    auto spec = read_options(options);
    if (!spec)
        return spec.error();
    return {};
}

Result<ClusterSpec> new_cluster(const ClusterOptions& options) {
    auto spec = read_options(options);
    if (!spec)
        return spec;
    spec->mode = spec->mode.value_or(netlink::HashMode::sourceip_sourceport);
    spec->function = spec->function.value_or(HashFunction::siphash);
    spec->buckets = spec->buckets.value_or(kDefaultBuckets);
    spec->l2 = spec->l2.value_or(netlink::L2Mode::multicast);
    spec->lease = spec->lease.value_or(std::chrono::milliseconds{0});
    if (!options.key_file)
        spec->seed = spec->seed.value_or(0);
    if (const auto ok = read_secret(*spec, options, *spec->function); !ok)
        return ok.error();
    return spec;
}

Result<ClusterSpec> changed_cluster(const ClusterOptions& options, const Cluster& old) {
    auto spec = read_options(options);
    if (!spec)
        return spec;
    // Another function starts from the seed that a new cluster has.
    const HashFunction function = spec->function.value_or(old.function);
    if (function != old.function && !options.key_file)
        spec->seed = spec->seed.value_or(0);
    if (const auto ok = read_secret(*spec, options, function); !ok)
        return ok.error();
    if (options.mac == "auto") {
        const Vip& first = spec->vips.empty() ? old.vips.front() : spec->vips.front();
        const auto l2 = static_cast<unsigned>(spec->l2.value_or(old.l2));
        spec->mac.emplace();
        cohort_mac_derive(spec->mac->data(), l2, first.address.bytes.data(),
                          static_cast<unsigned>(first.address.size()));
    }
    return spec;
}

}  // namespace cohort::ctl
