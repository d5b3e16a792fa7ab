// SPDX-License-Identifier: GPL-2.0-or-later
#include "cohort/hash.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/hash/pure_c.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

std::uint32_t ipv4(const char* text) {
    in_addr address{};
    EXPECT_EQ(inet_pton(AF_INET, text, &address), 1);
    return address.s_addr;
}

std::array<std::uint32_t, 4> ipv6(const char* text) {
    std::array<std::uint32_t, 4> words{};
    EXPECT_EQ(inet_pton(AF_INET6, text, words.data()), 1);
    return words;
}

// SipHash-c-d from its paper, byte by byte and for any length: as unlike the
// code under test as can be.
std::uint64_t reference_siphash(unsigned c, unsigned d, const Bytes& key, const Bytes& message) {
    auto word = [](const Bytes& bytes, std::size_t at) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i)
            value += std::uint64_t{bytes[at + i]} << (8 * i);
        return value;
    };
    auto rotate = [](std::uint64_t x, unsigned n) { return (x << n) | (x >> (64 - n)); };
    std::uint64_t k[2] = {word(key, 0), word(key, 8)};
    const char* name = "somepseudorandomlygeneratedbytes";
    std::uint64_t v[4];
    for (int i = 0; i < 4; ++i) {
        v[i] = 0;
        for (int j = 0; j < 8; ++j)
            v[i] = v[i] << 8 | static_cast<std::uint8_t>(name[8 * i + j]);
        v[i] ^= k[i % 2];
    }
    auto rounds = [&](unsigned count) {
        while (count-- > 0) {
            v[0] += v[1];
            v[1] = rotate(v[1], 13);
            v[1] ^= v[0];
            v[0] = rotate(v[0], 32);
            v[2] += v[3];
            v[3] = rotate(v[3], 16);
            v[3] ^= v[2];
            v[0] += v[3];
            v[3] = rotate(v[3], 21);
            v[3] ^= v[0];
            v[2] += v[1];
            v[1] = rotate(v[1], 17);
            v[1] ^= v[2];
            v[2] = rotate(v[2], 32);
        }
    };
    Bytes padded = message;
    while (padded.size() % 8 != 7)
        padded.push_back(0);
    padded.push_back(static_cast<std::uint8_t>(message.size()));
    for (std::size_t at = 0; at < padded.size(); at += 8) {
        const std::uint64_t m = word(padded, at);
        v[3] ^= m;
        rounds(c);
        v[0] ^= m;
    }
    v[2] ^= 0xff;
    rounds(d);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

Bytes counting(std::size_t length) {
    Bytes bytes(length);
    for (std::size_t i = 0; i < length; ++i)
        bytes[i] = static_cast<std::uint8_t>(i);
    return bytes;
}

cohort_hash siphash(cohort_hash_mode mode, const Bytes& key, std::uint32_t buckets = 4096) {
    cohort_hash hash{};
    cohort_hash_set_key(&hash, key.data());
    hash.buckets = buckets;
    hash.mode = static_cast<std::uint8_t>(mode);
    hash.function = COHORT_HASH_FUNCTION_SIPHASH;
    return hash;
}

cohort_hash clusterip(cohort_hash_mode mode, std::uint32_t seed) {
    cohort_hash hash{};
    hash.seed = seed;
    hash.buckets = 2;
    hash.mode = static_cast<std::uint8_t>(mode);
    hash.function = COHORT_HASH_FUNCTION_CLUSTERIP;
    return hash;
}

constexpr std::array kModes = {COHORT_HASH_MODE_SOURCEIP, COHORT_HASH_MODE_SOURCEIP_SOURCEPORT,
                               COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT};

// The bytes that a mode hashes, in the canonical order, written from the definition.
Bytes canonical(cohort_hash_mode mode, const Bytes& src, std::uint16_t sport, std::uint16_t dport) {
    Bytes message = src;
    if (mode == COHORT_HASH_MODE_SOURCEIP)
        sport = 0;
    if (mode != COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT)
        dport = 0;
    for (std::uint16_t port : {sport, dport}) {
        message.push_back(static_cast<std::uint8_t>(port >> 8));
        message.push_back(static_cast<std::uint8_t>(port & 0xff));
    }
    return message;
}

TEST(Reference, IsSipHash) {
    // Appendix A of the paper: SipHash-2-4 of 00..0e under key 00..0f.
    EXPECT_EQ(reference_siphash(2, 4, counting(16), counting(15)), 0xa129ca6149be45e5ULL);
}

TEST(SipHash, IsOneThreeOfTheCanonicalBytesForIpv4) {
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        Bytes key(16), src(4);
        for (auto& byte : key)
            byte = static_cast<std::uint8_t>(random());
        for (auto& byte : src)
            byte = static_cast<std::uint8_t>(random());
        const auto sport = static_cast<std::uint16_t>(random());
        const auto dport = static_cast<std::uint16_t>(random());
        std::uint32_t raw = 0;
        std::memcpy(&raw, src.data(), 4);
        for (auto mode : kModes) {
            const cohort_hash hash = siphash(mode, key);
            EXPECT_EQ(cohort_hash_ipv4(&hash, raw, htons(sport), htons(dport)),
                      static_cast<std::uint32_t>(
                          reference_siphash(1, 3, key, canonical(mode, src, sport, dport))));
        }
    }
}

TEST(SipHash, IsOneThreeOfTheCanonicalBytesForIpv6) {
    std::mt19937 random(2);
    for (int round = 0; round < 2000; ++round) {
        Bytes key(16), src(16);
        for (auto& byte : key)
            byte = static_cast<std::uint8_t>(random());
        for (auto& byte : src)
            byte = static_cast<std::uint8_t>(random());
        const auto sport = static_cast<std::uint16_t>(random());
        const auto dport = static_cast<std::uint16_t>(random());
        std::array<std::uint32_t, 4> raw{};
        std::memcpy(raw.data(), src.data(), 16);
        for (auto mode : kModes) {
            const cohort_hash hash = siphash(mode, key);
            EXPECT_EQ(cohort_hash_ipv6(&hash, raw.data(), htons(sport), htons(dport)),
                      static_cast<std::uint32_t>(
                          reference_siphash(1, 3, key, canonical(mode, src, sport, dport))));
        }
    }
}

// Frozen: nodes of different versions share a cluster only while these hold.
TEST(SipHash, NeverChanges) {
    const cohort_hash hash = siphash(COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT, counting(16));
    EXPECT_EQ(cohort_hash_ipv4(&hash, ipv4("192.0.2.1"), htons(40000), htons(80)), 0x75d49134U);
    EXPECT_EQ(cohort_hash_ipv6(&hash, ipv6("2001:db8::1").data(), htons(40000), htons(80)),
              0x28450a93U);
}

TEST(SipHash, KeyBytesSurviveTheRoundTrip) {
    const cohort_hash hash = siphash(COHORT_HASH_MODE_SOURCEIP, counting(16));
    Bytes key(16);
    cohort_hash_get_key(&hash, key.data());
    EXPECT_EQ(key, counting(16));
}

struct OldRow {
    const char* src;
    std::uint16_t sport, dport;
    std::uint32_t seed;
    std::array<std::uint32_t, 3> values;                // by mode
    std::array<std::array<std::uint32_t, 3>, 3> nodes;  // by mode, of 2, 3 and 16
};

// Seen from the CLUSTERIP target of Linux 6.1 on a little-endian machine.
const OldRow kOldTarget[] = {
    {"192.0.2.1",
     40000,
     80,
     0,
     {0x751c0de7, 0x50e160d3, 0x1e7b3a03},
     {{{1, 2, 8}, {1, 1, 6}, {1, 1, 2}}}},
    {"192.0.2.1",
     40000,
     80,
     0xdeadbeef,
     {0x74aaf250, 0xe67accb7, 0x7448f996},
     {{{1, 2, 8}, {2, 3, 15}, {1, 2, 8}}}},
    {"198.51.100.77",
     1025,
     443,
     0,
     {0x3378215a, 0x16a2f04b, 0x8010e994},
     {{{1, 1, 4}, {1, 1, 2}, {2, 2, 9}}}},
    {"203.0.113.9",
     53124,
     22,
     1,
     {0x7ba5ede4, 0x52804801, 0xdc7afd99},
     {{{1, 2, 8}, {1, 1, 6}, {2, 3, 14}}}},
    {"10.0.0.1",
     0,
     0,
     0,
     {0x3483bc84, 0x807b1962, 0x3da40bf8},
     {{{1, 1, 4}, {2, 2, 9}, {1, 1, 4}}}},
};

TEST(ClusterIp, DecidesAsTheOldTarget) {
    if (htons(1) == 1)
        GTEST_SKIP() << "the old target hashed ports otherwise on big-endian nodes";
    for (const auto& row : kOldTarget) {
        for (std::size_t mode = 0; mode < kModes.size(); ++mode) {
            const cohort_hash hash = clusterip(kModes[mode], row.seed);
            const std::uint32_t value =
                cohort_hash_ipv4(&hash, ipv4(row.src), htons(row.sport), htons(row.dport));
            EXPECT_EQ(value, row.values[mode]) << row.src << " mode " << mode;
            const std::array<std::uint32_t, 3> totals = {2, 3, 16};
            for (std::size_t i = 0; i < totals.size(); ++i)
                EXPECT_EQ(cohort_hash_bucket(value, totals[i]) + 1, row.nodes[mode][i])
                    << row.src << " mode " << mode << " of " << totals[i];
        }
    }
}

TEST(Hash, IsTheSameInCAndCpp) {
    std::mt19937 random(3);
    for (int round = 0; round < 5000; ++round) {
        cohort_hash hash{};
        hash.key[0] = random() * 0x100000001ULL;
        hash.key[1] = random() * 0x100000001ULL;
        hash.seed = static_cast<std::uint32_t>(random());
        hash.mode = static_cast<std::uint8_t>(random() % 3);
        hash.function = static_cast<std::uint8_t>(random() % 2);
        hash.buckets = 1 + static_cast<std::uint32_t>(random() % COHORT_BUCKETS_MAX);
        const std::uint32_t src[4] = {
            static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random()),
            static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random())};
        const auto sport = static_cast<std::uint16_t>(random());
        const auto dport = static_cast<std::uint16_t>(random());
        const std::uint32_t value = cohort_hash_ipv4(&hash, src[0], sport, dport);
        EXPECT_EQ(value, c_hash_ipv4(&hash, src[0], sport, dport));
        EXPECT_EQ(cohort_hash_ipv6(&hash, src, sport, dport),
                  c_hash_ipv6(&hash, src, sport, dport));
        EXPECT_EQ(cohort_hash_bucket(value, hash.buckets), c_hash_bucket(value, hash.buckets));
    }
}

TEST(Hash, BucketStaysBelowTheCount) {
    for (std::uint32_t buckets : {1U, 2U, 3U, 4095U, 4096U, std::uint32_t{COHORT_BUCKETS_MAX}}) {
        EXPECT_EQ(cohort_hash_bucket(0, buckets), 0U);
        EXPECT_EQ(cohort_hash_bucket(0xffffffffU, buckets), buckets - 1);
    }
}

// Clients as they are: one network's addresses, ports counted upwards. The
// chi-square statistic of 64 cells stays below its 99.99 % quantile (63
// degrees of freedom: 113.5) if the hash is as good as random.
double chi_square(const cohort_hash& hash) {
    constexpr std::uint32_t kCells = 64;
    constexpr std::uint32_t kFlows = 64 * 1024;
    std::array<std::uint32_t, kCells> cells{};
    for (std::uint32_t flow = 0; flow < kFlows; ++flow) {
        const std::uint32_t src = htonl(0x0a000001U + flow);
        const auto sport = htons(static_cast<std::uint16_t>(1024 + flow % 60000));
        ++cells[cohort_hash_bucket(cohort_hash_ipv4(&hash, src, sport, htons(80)), kCells)];
    }
    double sum = 0;
    const double expected = double{kFlows} / kCells;
    for (auto seen : cells)
        sum += (seen - expected) * (seen - expected) / expected;
    return sum;
}

TEST(Hash, SpreadsNeighbouringClientsEvenly) {
    for (auto mode : kModes) {
        EXPECT_LT(chi_square(siphash(mode, counting(16))), 113.5) << "siphash, mode " << mode;
        EXPECT_LT(chi_square(clusterip(mode, 0)), 113.5) << "clusterip, mode " << mode;
    }
}

}  // namespace
