// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/plan_codec.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <bit>

namespace cohort::core {

namespace {

constexpr std::uint64_t kPacked = 1;
constexpr std::uint64_t kRuns = 2;
constexpr std::size_t kFixedBytes = 1 + 1 + 4 + 8 + 4;
constexpr std::size_t kExceptionBytes = 4 + 1;

void put(std::vector<std::byte>& out, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
        out.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
}

/// Unsigned LEB128: seven bits a byte, the lowest first, the top bit says that more follow.
void put_length(std::vector<std::byte>& out, std::size_t value) {
    for (; value >= 0x80; value >>= 7) {
        put(out, (value & 0x7f) | 0x80, 1);
    }
    put(out, value, 1);
}

/// Reads forward; once it ran short, everything reads as zero and ok() is false.
class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::uint64_t number(unsigned bytes) {
        std::uint64_t value = 0;
        const auto part = take(bytes);
        for (std::size_t i = part.size(); i-- > 0;) {
            value = (value << 8) | std::to_integer<std::uint64_t>(part[i]);
        }
        return value;
    }
    /// Unsigned LEB128. Longer than any count of buckets: not ok.
    std::uint64_t length() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 35; shift += 7) {
            const std::uint64_t part = number(1);
            value |= (part & 0x7f) << shift;
            if ((part & 0x80) == 0) {
                return value;
            }
        }
        ok_ = false;
        return 0;
    }
    std::span<const std::byte> take(std::size_t bytes) {
        if (bytes > bytes_.size()) {
            ok_ = false;
            bytes_ = {};
            return {};
        }
        const auto part = bytes_.first(bytes);
        bytes_ = bytes_.subspan(bytes);
        return part;
    }
    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && bytes_.empty(); }

private:
    std::span<const std::byte> bytes_;
    bool ok_ = true;
};

/// ceil(log2(n + 1)): so many bits tell n owners and nobody apart.
unsigned bits_for(std::size_t owners) {
    return static_cast<unsigned>(std::bit_width(owners));
}

std::size_t packed_bytes(std::size_t buckets, unsigned bits) {
    return (buckets * bits + 7) / 8;
}

/// The nodes that appear in a plan, ascending, and the index of each (0: nobody).
struct Owners {
    std::vector<NodeId> ids;
    std::array<std::uint8_t, 256> index{};

    explicit Owners(const Plan& plan) {
        std::array<bool, 256> present{};
        for (const auto* row : {&plan.fresh, &plan.old}) {
            for (const NodeId id : *row) {
                present[id] = true;
            }
        }
        for (unsigned id = 1; id <= kMaxNodeId; ++id) {
            if (present[id]) {
                ids.push_back(static_cast<NodeId>(id));
                index[id] = static_cast<std::uint8_t>(ids.size());
            }
        }
    }
};

bool read_owners(Reader& in, std::vector<NodeId>& by_index) {
    const auto n = static_cast<std::size_t>(in.number(1));
    by_index.assign(1, kNobody);
    for (std::size_t i = 0; i < n; ++i) {
        const auto id = static_cast<NodeId>(in.number(1));
        if (!in.ok() || id <= by_index.back() || id > kMaxNodeId) {
            return false;
        }
        by_index.push_back(id);
    }
    return true;
}

bool read_fresh(Reader& in, const std::vector<NodeId>& by_index, std::size_t buckets,
                std::vector<NodeId>& fresh) {
    const unsigned bits = bits_for(by_index.size() - 1);
    const auto packed = in.take(packed_bytes(buckets, bits));
    if (!in.ok()) {
        return false;
    }
    fresh.assign(buckets, kNobody);
    for (std::size_t b = 0; b < buckets; ++b) {
        std::size_t index = 0;
        for (unsigned bit = 0; bit < bits; ++bit) {
            const std::size_t at = b * bits + bit;
            const auto set =
                std::to_integer<std::size_t>((packed[at / 8] >> (at % 8)) & std::byte{1});
            index |= set << bit;
        }
        if (index >= by_index.size()) {
            return false;
        }
        fresh[b] = by_index[index];
    }
    return true;
}

bool read_exceptions(Reader& in, const std::vector<NodeId>& by_index, std::vector<NodeId>& old) {
    const std::uint64_t count = in.number(4);
    if (count > old.size()) {
        return false;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t bucket = in.number(4);
        const auto index = static_cast<std::size_t>(in.number(1));
        if (!in.ok() || bucket >= old.size() || index >= by_index.size()) {
            return false;
        }
        old[bucket] = by_index[index];
    }
    return true;
}

bool read_packed(Reader& in, const std::vector<NodeId>& by_index, std::size_t buckets, Plan& plan) {
    if (!read_fresh(in, by_index, buckets, plan.fresh)) {
        return false;
    }
    plan.old = plan.fresh;
    return read_exceptions(in, by_index, plan.old);
}

bool read_runs(Reader& in, const std::vector<NodeId>& by_index, std::size_t buckets, Plan& plan) {
    while (plan.fresh.size() < buckets) {
        const std::uint64_t length = in.length();
        const auto fresh = static_cast<std::size_t>(in.number(1));
        const auto old = static_cast<std::size_t>(in.number(1));
        if (!in.ok() || length == 0 || length > buckets - plan.fresh.size() ||
            fresh >= by_index.size() || old >= by_index.size()) {
            return false;
        }
        plan.fresh.insert(plan.fresh.end(), length, by_index[fresh]);
        plan.old.insert(plan.old.end(), length, by_index[old]);
    }
    return true;
}

std::vector<std::byte> packed(const Plan& plan, const Owners& owners) {
    const unsigned bits = bits_for(owners.ids.size());
    const std::size_t buckets = plan.fresh.size();
    std::vector<std::byte> out(packed_bytes(buckets, bits));
    std::uint32_t exceptions = 0;
    for (std::size_t b = 0; b < buckets; ++b) {
        const unsigned index = owners.index[plan.fresh[b]];
        for (unsigned bit = 0; bit < bits; ++bit) {
            const std::size_t at = b * bits + bit;
            out[at / 8] |= static_cast<std::byte>(((index >> bit) & 1U) << (at % 8));
        }
        exceptions += plan.old[b] != plan.fresh[b] ? 1U : 0U;
    }
    put(out, exceptions, 4);
    for (std::size_t b = 0; exceptions > 0 && b < buckets; ++b) {
        if (plan.old[b] != plan.fresh[b]) {
            put(out, b, 4);
            put(out, owners.index[plan.old[b]], 1);
        }
    }
    return out;
}

std::vector<std::byte> runs(const Plan& plan, const Owners& owners) {
    std::vector<std::byte> out;
    for (std::size_t begin = 0, end = 0; begin < plan.fresh.size(); begin = end) {
        while (end < plan.fresh.size() && plan.fresh[end] == plan.fresh[begin] &&
               plan.old[end] == plan.old[begin]) {
            ++end;
        }
        put_length(out, end - begin);
        put(out, owners.index[plan.fresh[begin]], 1);
        put(out, owners.index[plan.old[begin]], 1);
    }
    return out;
}

}  // namespace

std::vector<std::byte> encode_plan(const Plan& plan) {
    const Owners owners(plan);
    const std::vector<std::byte> as_bits = packed(plan, owners);
    const std::vector<std::byte> as_runs = runs(plan, owners);
    const bool short_runs = as_runs.size() < as_bits.size();

    std::vector<std::byte> out;
    put(out, short_runs ? kRuns : kPacked, 1);
    put(out, owners.ids.size(), 1);
    for (const NodeId id : owners.ids) {
        put(out, id, 1);
    }
    put(out, plan.fresh.size(), 4);
    put(out, plan.config_digest, 8);
    const std::vector<std::byte>& rows = short_runs ? as_runs : as_bits;
    out.insert(out.end(), rows.begin(), rows.end());
    return out;
}

std::optional<Plan> decode_plan(std::span<const std::byte> bytes, std::size_t max_buckets) {
    Reader in(bytes);
    const std::uint64_t format = in.number(1);
    std::vector<NodeId> by_index;
    if ((format != kPacked && format != kRuns) || !read_owners(in, by_index)) {
        return std::nullopt;
    }
    Plan plan;
    const auto buckets = static_cast<std::size_t>(in.number(4));
    plan.config_digest = in.number(8);
    if (!in.ok() || buckets > max_buckets) {
        return std::nullopt;
    }
    const auto read = format == kRuns ? read_runs : read_packed;
    if (!read(in, by_index, buckets, plan) || !in.at_end()) {
        return std::nullopt;
    }
    // One plan, one digest: unused ids, stray padding, idle or unordered
    // exceptions, cut runs and the longer format would give it another.
    const std::vector<std::byte> canonical = encode_plan(plan);
    if (!std::equal(canonical.begin(), canonical.end(), bytes.begin(), bytes.end())) {
        return std::nullopt;
    }
    return plan;
}

std::size_t max_plan_bytes(std::size_t buckets) {
    return max_settled_plan_bytes(buckets, kMaxNodeId) + buckets * kExceptionBytes;
}

std::size_t max_settled_plan_bytes(std::size_t buckets, std::size_t nodes) {
    return kFixedBytes + nodes + packed_bytes(buckets, bits_for(nodes));
}

std::uint64_t plan_digest(std::span<const std::byte> encoded) {
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(encoded.data()), encoded.size(),
                       nullptr, 0);
    std::uint64_t digest = 0;
    for (unsigned i = 0; i < 8; ++i) {
        digest |= std::uint64_t{hash[i]} << (8 * i);
    }
    return digest;
}

void seal_plan(Plan& plan, std::uint64_t counter, NodeId planner) {
    plan.id = {counter, planner, plan_digest(encode_plan(plan))};
}

bool is_sealed(const Plan& plan) {
    if (plan.id.counter == 0) {
        const auto nobody = [](NodeId id) { return id == kNobody; };
        return plan.id == EpochId{} && std::all_of(plan.fresh.begin(), plan.fresh.end(), nobody) &&
               std::all_of(plan.old.begin(), plan.old.end(), nobody);
    }
    return plan.id.digest == plan_digest(encode_plan(plan));
}

Plan empty_plan(std::size_t buckets, std::uint64_t config_digest) {
    return {{},
            config_digest,
            std::vector<NodeId>(buckets, kNobody),
            std::vector<NodeId>(buckets, kNobody)};
}

}  // namespace cohort::core
