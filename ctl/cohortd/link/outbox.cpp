// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/outbox.hpp"

#include <algorithm>
#include <utility>

namespace cohort::link {

void Outbox::put(Outgoing outgoing) {
    Lane& lane = outgoing.is_own() ? own_ : relayed_[header_of(outgoing.message).sender];
    lane.put(std::move(outgoing));
}

std::optional<Outgoing> Outbox::next() {
    if (own_.has_heartbeat() && (!own_heartbeat_was_last_ || only_own_heartbeat())) {
        own_heartbeat_was_last_ = true;
        return own_.take_heartbeat();
    }
    own_heartbeat_was_last_ = false;
    if (auto heartbeat = take_heartbeat_of_round())
        return heartbeat;
    served_ = core::kNobody;
    if (auto rest = take_rest())
        return rest;
    return take_heartbeat_of_round();
}

bool Outbox::only_own_heartbeat() const {
    return relayed_.empty() && !own_.has_exchange() && !own_.has_fragment();
}

std::optional<Outgoing> Outbox::take_heartbeat_of_round() {
    const auto lane = std::find_if(relayed_.upper_bound(served_), relayed_.end(),
                                   [](const auto& entry) { return entry.second.has_heartbeat(); });
    if (lane == relayed_.end())
        return std::nullopt;
    served_ = lane->first;
    return take_relayed(lane, &Lane::take_heartbeat);
}

/// Questions and answers by turns with fragments, while there are both.
std::optional<Outgoing> Outbox::take_rest() {
    const auto exchange = [this] { return take_other(&Lane::has_exchange, &Lane::take_exchange); };
    const auto fragment = [this] { return take_other(&Lane::has_fragment, &Lane::take_fragment); };
    auto taken = exchange_was_last_ ? fragment() : exchange();
    if (taken) {
        exchange_was_last_ = !exchange_was_last_;
        return taken;
    }
    return exchange_was_last_ ? exchange() : fragment();
}

std::optional<Outgoing> Outbox::take_other(bool (Lane::*has)() const, Outgoing (Lane::*take)()) {
    if ((own_.*has)())
        return (own_.*take)();
    const auto waits = [has](const auto& entry) { return (entry.second.*has)(); };
    auto lane = std::find_if(relayed_.upper_bound(turn_), relayed_.end(), waits);
    if (lane == relayed_.end())
        lane = std::ranges::find_if(relayed_, waits);
    if (lane == relayed_.end())
        return std::nullopt;
    turn_ = lane->first;
    return take_relayed(lane, take);
}

Outgoing Outbox::take_relayed(Lanes::iterator lane, Outgoing (Lane::*take)()) {
    Outgoing outgoing = (lane->second.*take)();
    if (lane->second.empty())
        relayed_.erase(lane);
    return outgoing;
}

void Outbox::clear() {
    *this = Outbox();
}

}  // namespace cohort::link
