// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/lane.hpp"

#include <algorithm>
#include <utility>

namespace cohort::link {
namespace {

/// Questions and answers of one type to one node replace each other; there are
/// few of both, so the bound is met only if a node talks to very many.
constexpr std::size_t kMaxExchange = 64;

/// Relayed copies may come out of order.
bool is_older(const core::Header& header, const core::Header& than) {
    return header.session == than.session && header.seq < than.seq;
}

const core::PlanFragment& fragment_in(const Outgoing& outgoing) {
    return std::get<core::PlanFragment>(outgoing.message);
}

}  // namespace

void Lane::put(Outgoing outgoing) {
    if (std::holds_alternative<core::Heartbeat>(outgoing.message))
        put_heartbeat(std::move(outgoing));
    else if (std::holds_alternative<core::PlanFragment>(outgoing.message))
        put_fragment(std::move(outgoing));
    else
        put_exchange(std::move(outgoing));
}

void Lane::put_heartbeat(Outgoing outgoing) {
    if (!heartbeat_ || !is_older(header_of(outgoing.message), header_of(heartbeat_->message)))
        heartbeat_ = std::move(outgoing);
}

void Lane::put_exchange(Outgoing outgoing) {
    const auto same = std::ranges::find_if(exchange_, [&](const Outgoing& other) {
        return other.message.index() == outgoing.message.index() &&
               addressee(other.message) == addressee(outgoing.message);
    });
    if (same != exchange_.end()) {
        if (!is_older(header_of(outgoing.message), header_of(same->message)))
            *same = std::move(outgoing);
        return;
    }
    if (exchange_.size() == kMaxExchange)
        exchange_.pop_front();
    exchange_.push_back(std::move(outgoing));
}

void Lane::put_fragment(Outgoing outgoing) {
    const core::EpochId& epoch = fragment_in(outgoing).header.epoch;
    if (!fragments_.empty()) {
        const core::EpochId& present = fragment_in(fragments_.begin()->second).header.epoch;
        if (epoch < present)
            return;
        if (epoch > present) {
            fragments_.clear();
            turn_ = 0;
        }
    }
    const std::uint16_t index = fragment_in(outgoing).index;
    fragments_.insert_or_assign(index, std::move(outgoing));
}

Outgoing Lane::take_heartbeat() {
    return *std::exchange(heartbeat_, std::nullopt);
}

Outgoing Lane::take_exchange() {
    Outgoing outgoing = std::move(exchange_.front());
    exchange_.pop_front();
    return outgoing;
}

Outgoing Lane::take_fragment() {
    auto at = fragments_.lower_bound(turn_);
    if (at == fragments_.end())
        at = fragments_.begin();
    turn_ = static_cast<std::uint16_t>(at->first + 1);
    Outgoing outgoing = std::move(at->second);
    fragments_.erase(at);
    return outgoing;
}

}  // namespace cohort::link
