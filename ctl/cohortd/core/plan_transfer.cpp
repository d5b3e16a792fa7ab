// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/plan_transfer.hpp"

#include "ctl/cohortd/core/mutate.hpp"
#include "ctl/cohortd/core/plan_codec.hpp"

#include <algorithm>

namespace cohort::core {

std::vector<std::vector<std::byte>> cut_plan(const Plan& plan) {
    const std::vector<std::byte> bytes = encode_plan(plan);
    std::vector<std::vector<std::byte>> pieces;
    for (std::size_t at = 0; at < bytes.size(); at += kPlanFragmentBytes) {
        const std::size_t length = std::min(kPlanFragmentBytes, bytes.size() - at);
        const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        pieces.emplace_back(first, first + static_cast<std::ptrdiff_t>(length));
    }
    return pieces;
}

bool PlanAssembly::plausible(const PlanFragment& fragment) const {
    const std::size_t most =
        (max_plan_bytes(buckets_) + kPlanFragmentBytes - 1) / kPlanFragmentBytes;
    if (fragment.count == 0 || fragment.count > most || fragment.index >= fragment.count) {
        return false;
    }
    const bool last = fragment.index + 1 == fragment.count;
    return last ? !fragment.bytes.empty() && fragment.bytes.size() <= kPlanFragmentBytes
                : fragment.bytes.size() == kPlanFragmentBytes;
}

void PlanAssembly::restart(const PlanFragment& fragment) {
    id_ = fragment.header.epoch;
    pieces_.assign(fragment.count, {});
    missing_ = fragment.count;
}

std::optional<Plan> PlanAssembly::add(const PlanFragment& fragment, Time now) {
    if (!plausible(fragment)) {
        return std::nullopt;
    }
    const EpochId& id = fragment.header.epoch;
    if (missing_ > 0 && id < id_) {
        return std::nullopt;  // overtaken: the peer has moved on to id_
    }
    if (id != id_ || fragment.count != pieces_.size() || missing_ == 0) {
        restart(fragment);
    }
    last_ = now;
    std::vector<std::byte>& piece = pieces_[fragment.index];
    if (piece.empty()) {
        --missing_;
    }
    piece = fragment.bytes;
    return missing_ == 0 ? finish() : std::nullopt;
}

std::optional<Plan> PlanAssembly::finish() {
    std::vector<std::byte> bytes;
    for (const auto& piece : pieces_) {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
    pieces_.clear();
    if (plan_digest(bytes) != id_.digest && !mutated(Mutation::epoch_id_reused)) {
        return std::nullopt;
    }
    std::optional<Plan> plan = decode_plan(bytes, buckets_);
    if (!plan || plan->fresh.size() != buckets_) {
        return std::nullopt;
    }
    plan->id = id_;
    return plan;
}

}  // namespace cohort::core
