// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/outbox.hpp"

#include <algorithm>
#include <utility>

namespace cohort::link {
namespace {

/// Questions and answers of one type to one node replace each other; there are
/// few of both, so the bound is met only if a node talks to very many.
constexpr std::size_t kMaxExchange = 64;

core::NodeId addressee(const core::Message& message) {
    return std::visit(
        [](const auto& body) {
            if constexpr (requires { body.to; })
                return body.to;
            else
                return core::kNobody;
        },
        message);
}

}  // namespace

void Outbox::put(core::Message message) {
    if (auto* heartbeat = std::get_if<core::Heartbeat>(&message))
        heartbeat_ = std::move(*heartbeat);
    else if (auto* fragment = std::get_if<core::PlanFragment>(&message))
        put_fragment(std::move(*fragment));
    else
        put_exchange(std::move(message));
}

void Outbox::put_exchange(core::Message message) {
    const auto same = std::ranges::find_if(exchange_, [&](const core::Message& other) {
        return other.index() == message.index() && addressee(other) == addressee(message);
    });
    if (same != exchange_.end()) {
        *same = std::move(message);
        return;
    }
    if (exchange_.size() == kMaxExchange)
        exchange_.pop_front();
    exchange_.push_back(std::move(message));
}

void Outbox::put_fragment(core::PlanFragment fragment) {
    if (!fragments_.empty() && fragments_.begin()->second.header.epoch != fragment.header.epoch) {
        fragments_.clear();
        turn_ = 0;
    }
    const std::uint16_t index = fragment.index;
    fragments_.insert_or_assign(index, std::move(fragment));
}

std::optional<core::Message> Outbox::next() {
    if (heartbeat_)
        return *std::exchange(heartbeat_, std::nullopt);
    if (!exchange_.empty()) {
        core::Message message = std::move(exchange_.front());
        exchange_.pop_front();
        return message;
    }
    if (fragments_.empty())
        return std::nullopt;
    auto at = fragments_.lower_bound(turn_);
    if (at == fragments_.end())
        at = fragments_.begin();
    turn_ = static_cast<std::uint16_t>(at->first + 1);
    core::Message message = std::move(at->second);
    fragments_.erase(at);
    return message;
}

void Outbox::clear() {
    *this = Outbox();
}

}  // namespace cohort::link
