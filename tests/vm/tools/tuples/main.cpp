// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sends the first packets of random flows, all of which belong to one node by
// the hash that kernel and user space share. A node that hashes likewise takes
// every one of them if it is that node, and none if it is not. Prints how many.
#include "cohort/hash.h"
#include "tests/vm/tools/lib/descriptor.hpp"
#include "tests/vm/tools/tuples/frame.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cstdio>
#include <map>
#include <random>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

using namespace cohort::testbed;

namespace {

constexpr MacBytes kFrom = {0x02, 0, 0, 0, 0, 0x09};

const std::map<std::string, cohort_hash_mode> kModes = {
    {"sourceip", COHORT_HASH_MODE_SOURCEIP},
    {"sourceip-sourceport", COHORT_HASH_MODE_SOURCEIP_SOURCEPORT},
    {"sourceip-sourceport-destport", COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT},
};

/// Of any class A to C network but 0, 10 and 127: nothing that a stack drops as odd.
std::uint32_t random_source(std::mt19937& random) {
    for (;;) {
        const auto address = static_cast<std::uint32_t>(random());
        const std::uint32_t network = address >> 24;
        if (network != 0 && network != 10 && network != 127 && network < 224)
            return address;
    }
}

Tuple random_tuple(std::mt19937& random) {
    constexpr std::array<std::uint8_t, 3> protocols = {IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP};
    Tuple tuple{};
    tuple.protocol = protocols[random() % protocols.size()];
    tuple.src = random_source(random);
    tuple.sport = static_cast<std::uint16_t>(1 + random() % 65535);
    tuple.dport = static_cast<std::uint16_t>(1 + random() % 65535);
    return tuple;
}

std::uint32_t bucket_of(const cohort_hash& hash, const Tuple& tuple) {
    const bool has_ports = tuple.protocol != IPPROTO_ICMP;
    return cohort_hash_bucket(
        cohort_hash_ipv4(&hash, htonl(tuple.src), has_ports ? htons(tuple.sport) : std::uint16_t{0},
                         has_ports ? htons(tuple.dport) : std::uint16_t{0}),
        hash.buckets);
}

Descriptor open_device(const std::string& name) {
    Descriptor device(must(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(if_nametoindex(name.c_str()));
    if (address.sll_ifindex == 0)
        throw std::runtime_error("there is no device " + name);
    must(bind(device.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), "bind");
    return device;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"sends the first packets of flows that belong to one node"};
    std::string device_name, target, mac_text;
    cohort_hash hash{};
    cohort_hash_mode mode = COHORT_HASH_MODE_SOURCEIP;
    unsigned node = 1, count = 10000, seed = 1;
    hash.function = COHORT_HASH_FUNCTION_CLUSTERIP;
    app.add_option("--dev", device_name)->required();
    app.add_option("--target", target, "the VIP")->required();
    app.add_option("--mac", mac_text, "of the frames")->required();
    app.add_option("--hash", mode)->transform(CLI::CheckedTransformer(kModes))->required();
    app.add_option("--hash-seed", hash.seed)->required();
    app.add_option("--nodes", hash.buckets)->required()->check(CLI::PositiveNumber);
    app.add_option("--node", node, "1..nodes")->required()->check(CLI::PositiveNumber);
    app.add_option("--flows", count, "of all nodes together")->capture_default_str();
    app.add_option("--random", seed, "which flows")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    hash.mode = static_cast<std::uint8_t>(mode);

    MacBytes mac{};
    in_addr vip{};
    if (inet_pton(AF_INET, target.c_str(), &vip) != 1 ||
        std::sscanf(mac_text.c_str(), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2],
                    &mac[3], &mac[4], &mac[5]) != 6) {
        fmt::print(stderr, "tuples: --target takes an IPv4 address, --mac six bytes\n");
        return 1;
    }
    const Descriptor device = open_device(device_name);
    std::mt19937 random(seed);
    unsigned sent = 0;
    for (unsigned i = 0; i < count; ++i) {
        const Tuple tuple = random_tuple(random);
        if (bucket_of(hash, tuple) + 1 != node)
            continue;
        const auto frame = make_frame(tuple, ntohl(vip.s_addr), mac, kFrom);
        must(static_cast<int>(send(device.get(), frame.data(), frame.size(), 0)), "send");
        ++sent;
    }
    fmt::print("{}\n", sent);
}
