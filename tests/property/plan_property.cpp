// SPDX-License-Identifier: GPL-2.0-or-later
//
// Plans as bytes, and put together from whatever a link makes of them.
#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/core/plan_transfer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace cohort::core {
namespace {

constexpr std::uint64_t kDigest = 0xd1;

NodeId any_owner(unsigned most) {
    return static_cast<NodeId>(*rc::gen::inRange(0U, most + 1));
}

Plan any_plan(std::size_t buckets) {
    const auto most = *rc::gen::inRange(0U, 65U);
    Plan plan = empty_plan(buckets, kDigest);
    const auto longest = *rc::gen::element<std::size_t>(1, 1, 20, 300);
    for (std::size_t b = 0; b < buckets;) {
        const NodeId owner = any_owner(most);
        const NodeId before =
            *rc::gen::weightedElement<bool>({{9, false}, {1, true}}) ? any_owner(most) : owner;
        for (auto n = *rc::gen::inRange<std::size_t>(1, longest + 1); n > 0 && b < buckets;
             --n, ++b) {
            plan.fresh[b] = owner;
            plan.old[b] = before;
        }
    }
    for (auto i = *rc::gen::inRange<std::size_t>(0, 6); buckets > 0 && i > 0; --i) {
        plan.old[*rc::gen::inRange<std::size_t>(0, buckets)] = any_owner(most);
    }
    seal_plan(plan, *rc::gen::inRange(1U, 1000U), 1);
    return plan;
}

RC_GTEST_PROP(PlanCodec, BringsAnyPlanBack, ()) {
    const Plan plan = any_plan(*rc::gen::inRange<std::size_t>(0, 700));
    const auto bytes = encode_plan(plan);
    RC_ASSERT(bytes.size() <= max_plan_bytes(plan.fresh.size()));
    auto out = decode_plan(bytes, plan.fresh.size());
    RC_ASSERT(out.has_value());
    out->id = plan.id;
    RC_ASSERT(*out == plan);
}

RC_GTEST_PROP(PlanCodec, ReadsAtMostOneSetOfBytesAsAPlan, ()) {
    auto bytes = encode_plan(any_plan(*rc::gen::inRange<std::size_t>(0, 60)));
    for (auto i = *rc::gen::inRange(1, 4); i > 0; --i) {
        bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] ^=
            static_cast<std::byte>(*rc::gen::inRange(0, 256));
    }
    if (const auto plan = decode_plan(bytes, 100)) {
        RC_ASSERT(encode_plan(*plan) == bytes);
    }
}

RC_GTEST_PROP(PlanCodec, SurvivesAnyBytes, (const std::vector<std::uint8_t>& noise)) {
    std::vector<std::byte> bytes(noise.size());
    std::ranges::transform(noise, bytes.begin(), [](auto b) { return std::byte{b}; });
    if (*rc::gen::arbitrary<bool>() && bytes.size() > 1) {
        bytes[0] = *rc::gen::element(std::byte{1}, std::byte{2});
        bytes[1] = std::byte{0};
    }
    if (const auto plan = decode_plan(bytes, 1000)) {
        RC_ASSERT(encode_plan(*plan) == bytes);
    }
}

std::vector<PlanFragment> fragments(const Plan& plan) {
    std::vector<PlanFragment> out;
    const auto pieces = cut_plan(plan);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        PlanFragment fragment;
        fragment.header.epoch = plan.id;
        fragment.index = static_cast<std::uint16_t>(i);
        fragment.count = static_cast<std::uint16_t>(pieces.size());
        fragment.bytes = pieces[i];
        out.push_back(std::move(fragment));
    }
    return out;
}

/// Lost, copied and reordered pieces of several plans; then one plan whole.
RC_GTEST_PROP(PlanAssembly, GivesOnlyTruePlansAndTheLastOneInTheEnd, ()) {
    constexpr std::size_t kBuckets = 900;
    std::vector<Plan> plans;
    std::vector<PlanFragment> soup;
    for (auto n = *rc::gen::inRange(1, 4); n > 0; --n) {
        plans.push_back(any_plan(kBuckets));
        for (const PlanFragment& fragment : fragments(plans.back())) {
            for (auto copies = *rc::gen::inRange(0, 3); copies > 0; --copies) {
                soup.push_back(fragment);
            }
        }
    }
    // Lies: a byte or an index off, which only the sender's own plan suffers from.
    for (PlanFragment& fragment : soup) {
        if (*rc::gen::inRange(0, 20) == 0) {
            fragment.bytes[0] ^= std::byte{0x40};
        } else if (*rc::gen::inRange(0, 20) == 0) {
            fragment.index = static_cast<std::uint16_t>(*rc::gen::inRange(0, 20));
        }
    }
    for (std::size_t i = soup.size(); i > 1; --i) {
        std::swap(soup[i - 1], soup[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    PlanAssembly assembly(kBuckets);
    const auto take = [&](const PlanFragment& fragment) {
        auto plan = assembly.add(fragment, Time{});
        if (plan) {
            RC_ASSERT(std::count(plans.begin(), plans.end(), *plan) > 0);
        }
        return plan;
    };
    for (const PlanFragment& fragment : soup) {
        take(fragment);
    }
    plans.push_back(any_plan(kBuckets));
    seal_plan(plans.back(), 5000, 1);
    std::optional<Plan> last;
    for (const PlanFragment& fragment : fragments(plans.back())) {
        last = take(fragment);
    }
    RC_ASSERT(last.has_value());
    RC_ASSERT(*last == plans.back());
}

}  // namespace
}  // namespace cohort::core
