// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/planner.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>

namespace cohort::core {

namespace {

constexpr std::size_t kNone = ~std::size_t{0};

/// Cuts rows of different lengths in fixed proportions. What rounding takes
/// from a part in one row it gets back in the next ones, so the sums over all
/// rows are within one of the ideal too.
class Apportion {
public:
    explicit Apportion(std::vector<std::uint64_t> parts)
        : parts_(std::move(parts)),
          total_(std::accumulate(parts_.begin(), parts_.end(), std::uint64_t{0})),
          given_(parts_.size(), 0) {}

    /// How much of a row of this length each part gets.
    std::vector<std::size_t> row(std::size_t length) {
        std::vector<std::size_t> out(parts_.size(), 0);
        if (total_ == 0) {
            return out;
        }
        seen_ += length;
        std::size_t left = length;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const std::int64_t due = debt(i, 0) / static_cast<std::int64_t>(total_);
            out[i] = std::min(left, static_cast<std::size_t>(std::max<std::int64_t>(due, 0)));
            left -= out[i];
        }
        while (left > 0) {
            std::size_t best = 0;
            for (std::size_t i = 1; i < parts_.size(); ++i) {
                best = debt(i, out[i]) > debt(best, out[best]) ? i : best;
            }
            ++out[best];
            --left;
        }
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            given_[i] += out[i];
        }
        return out;
    }

private:
    /// What part i is owed, times total_, after it gets `more` of this row.
    std::int64_t debt(std::size_t i, std::size_t more) const {
        return static_cast<std::int64_t>(seen_ * parts_[i]) -
               static_cast<std::int64_t>((given_[i] + more) * total_);
    }

    std::vector<std::uint64_t> parts_;
    std::uint64_t total_;
    std::uint64_t seen_ = 0;
    std::vector<std::uint64_t> given_;
};

/// Where an assignment stands while it is made; nodes go by index of `shares`.
struct Draft {
    std::vector<std::size_t> owner;  ///< kNone: orphaned
    std::vector<std::size_t> owned;
    std::vector<std::size_t> quota;

    bool in_deficit(std::size_t node) const { return owned[node] < quota[node]; }
    bool in_surplus(std::size_t node) const { return owned[node] > quota[node]; }
    void give(std::size_t bucket, std::size_t node) {
        if (owner[bucket] != kNone) {
            --owned[owner[bucket]];
        }
        owner[bucket] = node;
        if (node != kNone) {
            ++owned[node];
        }
    }
};

std::vector<std::size_t> index_owners(const std::vector<NodeId>& owners,
                                      std::span<const Share> shares) {
    std::vector<std::size_t> index(256, kNone);
    for (std::size_t i = 0; i < shares.size(); ++i) {
        index[shares[i].id] = i;
    }
    std::vector<std::size_t> out(owners.size());
    std::transform(owners.begin(), owners.end(), out.begin(),
                   [&index](NodeId id) { return id == kNobody ? kNone : index[id]; });
    return out;
}

/// Orphans and surplus go to their home node first, if it is short.
void send_home(Draft& draft, const std::vector<std::size_t>& home) {
    for (std::size_t b = 0; b < draft.owner.size(); ++b) {
        const std::size_t from = draft.owner[b];
        const bool loose = from == kNone || draft.in_surplus(from);
        if (loose && home[b] != kNone && home[b] != from && draft.in_deficit(home[b])) {
            draft.give(b, home[b]);
        }
    }
}

/// Surplus that no home wants: every node lets go of buckets that lie evenly
/// over all that it has, so that no address loses more than its part.
void drop_surplus(Draft& draft) {
    for (std::size_t node = 0; node < draft.owned.size(); ++node) {
        if (!draft.in_surplus(node)) {
            continue;
        }
        const std::size_t have = draft.owned[node];
        const std::size_t surplus = have - draft.quota[node];
        std::size_t k = 0;
        for (std::size_t b = 0; b < draft.owner.size(); ++b) {
            if (draft.owner[b] != node) {
                continue;
            }
            if ((k + 1) * surplus / have > k * surplus / have) {
                draft.give(b, kNone);
            }
            ++k;
        }
    }
}

/// Every orphan goes to a node that is short, in runs, each address in
/// proportion to what the nodes are short of.
void adopt_orphans(Draft& draft, std::span<const std::size_t> groups) {
    std::vector<std::uint64_t> deficits(draft.owned.size());
    for (std::size_t i = 0; i < deficits.size(); ++i) {
        deficits[i] = draft.quota[i] - draft.owned[i];
    }
    Apportion apportion(deficits);
    std::size_t begin = 0;
    for (const std::size_t length : groups) {
        const auto first = draft.owner.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto orphans = static_cast<std::size_t>(
            std::count(first, first + static_cast<std::ptrdiff_t>(length), kNone));
        std::vector<std::size_t> part = apportion.row(orphans);
        std::size_t node = 0;
        for (std::size_t b = begin; b < begin + length; ++b) {
            if (draft.owner[b] != kNone) {
                continue;
            }
            while (node < part.size() && part[node] == 0) {
                ++node;
            }
            if (node == part.size()) {
                break;  // nobody is short: all weights are zero
            }
            --part[node];
            draft.give(b, node);
        }
        begin += length;
    }
}

}  // namespace

std::vector<std::size_t> quotas(std::span<const Share> shares, std::span<const std::size_t> owned,
                                std::size_t buckets) {
    std::vector<std::size_t> quota(shares.size(), 0);
    std::uint64_t total = 0;
    for (const Share& share : shares) {
        total += share.weight;
    }
    if (total == 0) {
        return quota;
    }
    std::vector<std::uint64_t> remainder(shares.size());
    std::size_t left = buckets;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const std::uint64_t scaled = std::uint64_t{buckets} * shares[i].weight;
        quota[i] = static_cast<std::size_t>(scaled / total);
        remainder[i] = scaled % total;
        left -= quota[i];
    }
    std::vector<std::size_t> order(shares.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (remainder[a] != remainder[b]) {
            return remainder[a] > remainder[b];
        }
        const bool a_has = owned[a] > quota[a];
        const bool b_has = owned[b] > quota[b];
        return a_has != b_has ? a_has : a < b;
    });
    for (std::size_t k = 0; k < left; ++k) {
        ++quota[order[k]];
    }
    return quota;
}

std::vector<NodeId> home_owners(std::span<const Share> shares,
                                std::span<const std::size_t> groups) {
    std::vector<std::uint64_t> weights;
    for (const Share& share : shares) {
        weights.push_back(share.home);
    }
    Apportion apportion(weights);
    std::vector<NodeId> owners;
    for (const std::size_t length : groups) {
        const std::vector<std::size_t> part = apportion.row(length);
        const std::size_t end = owners.size() + length;
        for (std::size_t i = 0; i < part.size(); ++i) {
            owners.insert(owners.end(), part[i], shares[i].id);
        }
        owners.resize(end, kNobody);
    }
    return owners;
}

std::vector<NodeId> assign(const std::vector<NodeId>& current, std::span<const Share> shares,
                           std::span<const std::size_t> groups) {
    if (std::all_of(shares.begin(), shares.end(), [](const Share& s) { return s.weight == 0; })) {
        return current;
    }
    Draft draft;
    draft.owner = index_owners(current, shares);
    draft.owned.assign(shares.size(), 0);
    for (std::size_t& owner : draft.owner) {
        if (owner != kNone && shares[owner].weight == 0) {
            owner = kNone;
        }
        if (owner != kNone) {
            ++draft.owned[owner];
        }
    }
    draft.quota = quotas(shares, draft.owned, current.size());

    send_home(draft, index_owners(home_owners(shares, groups), shares));
    drop_surplus(draft);
    adopt_orphans(draft, groups);

    std::vector<NodeId> next(current.size());
    std::transform(draft.owner.begin(), draft.owner.end(), next.begin(),
                   [shares](std::size_t i) { return i == kNone ? kNobody : shares[i].id; });
    return next;
}

std::size_t moved(const std::vector<NodeId>& from, const std::vector<NodeId>& to) {
    std::size_t count = 0;
    for (std::size_t b = 0; b < from.size(); ++b) {
        count += from[b] != to[b] ? 1U : 0U;
    }
    return count;
}

}  // namespace cohort::core
