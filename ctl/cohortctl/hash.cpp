// SPDX-License-Identifier: GPL-2.0-or-later
//
// The bucket of a packet, by the code that the kernel runs.
#include "cohort/hash.h"

#include "ctl/base/name.hpp"
#include "ctl/base/number.hpp"
#include "ctl/cohortctl/cluster_options.hpp"
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/view.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace cohort::ctl {
namespace {

struct Request {
    std::string name;
    std::string source;
    std::string dport = "0";
};

constexpr const char* kHelp =
    R"(Ports that the cluster's mode leaves out do not matter; without a port it is
0, as for ICMP. The key of siphash is told only to CAP_NET_ADMIN.

Examples:
  cohortctl hash web --src 198.51.100.7:40000
  cohortctl hash web --src [2001:db8::7]:40000 --dport 443)";

Result<cohort_hash> parameters(const netlink::Cluster& cluster) {
    cohort_hash hash{};
    hash.seed = cluster.seed;
    hash.buckets = cluster.buckets;
    hash.mode = static_cast<__u8>(cluster.mode);
    hash.function = static_cast<__u8>(cluster.function);
    if (cluster.function == netlink::HashFunction::siphash) {
        if (!cluster.key)
            return Error{ErrorKind::refused,
                         "the key of siphash is told only to CAP_NET_ADMIN: run this as root",
                         EPERM};
        cohort_hash_set_key(&hash, cluster.key->bytes().data());
    }
    return hash;
}

std::uint32_t hash_of(const cohort_hash& hash, const Endpoint& source, std::uint16_t dport) {
    std::array<__u32, 4> words{};
    std::memcpy(words.data(), source.address.bytes.data(), source.address.size());
    if (source.address.family == Family::ipv4)
        return cohort_hash_ipv4(&hash, words[0], htons(source.port), htons(dport));
    return cohort_hash_ipv6(&hash, words.data(), htons(source.port), htons(dport));
}

Result<void> run(const Session& session, const Request& request) {
    if (const auto ok = check_cluster_name(request.name); !ok)
        return ok.error();
    const auto source = parse_endpoint(request.source);
    if (!source)
        return usage_error("source " + source.error().message);
    const auto dport = parse_number("destination port", request.dport, 0, 65535);
    if (!dport)
        return dport.error();

    auto client = session.client();
    if (!client)
        return client.error();
    const auto cluster = client->cluster_get(request.name);
    if (!cluster)
        return cluster.error();
    const auto same_family = [&](const Vip& vip) {
        return vip.address.family == source->address.family;
    };
    if (std::ranges::none_of(cluster->vips, same_family))
        return usage_error(fmt::format("cluster '{}' has no VIP of the family of {}", request.name,
                                       format_address(source->address)));
    const auto hash = parameters(*cluster);
    if (!hash)
        return hash.error();
    const auto states = client->bucket_get(request.name);
    if (!states)
        return states.error();

    const std::uint32_t value = hash_of(*hash, *source, static_cast<std::uint16_t>(*dport));
    const std::uint32_t bucket = cohort_hash_bucket(value, cluster->buckets);
    if (bucket >= states->states.size())
        return Error{ErrorKind::refused,
                     fmt::format("cluster '{}' was changed meanwhile: ask again", request.name),
                     EAGAIN};
    const auto state = to_string(states->states[bucket]);
    if (session.json)
        return print_json({{"name", request.name},
                           {"bucket", bucket},
                           {"state", state},
                           {"hash", value},
                           {"lease", lease_json(states->lease)}});
    return print(
        fmt::format("bucket {}, {} here, lease {}\n", bucket, state, lease_text(states->lease)));
}

}  // namespace

void add_hash(CLI::App& top, Session& session) {
    auto request = std::make_shared<Request>();
    CLI::App* command = top.add_subcommand("hash", "Tell a packet's bucket, and its state here");
    command->footer(kHelp);
    add_name(*command, request->name);
    command->add_option("--src", request->source, "The packet's source")
        ->type_name("ADDR[:PORT]")
        ->required();
    command->add_option("--dport", request->dport, "The packet's destination port")->type_name("P");
    command->callback([&session, request] {
        session.run = [&session, request] { return run(session, *request); };
    });
}

}  // namespace cohort::ctl
