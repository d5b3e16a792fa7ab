// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/path.hpp"

#include <algorithm>

namespace cohort::link {

void Path::heard(core::Time now, unsigned hops, const std::optional<Endpoint>& from) {
    if (hops == 0) {
        direct_at_ = now;
        direct_from_ = from;
        return;
    }
    relayed_at_ = now;
    relayed_from_ = from;
    relay_hops_ = hops;
}

std::optional<unsigned> Path::hops(core::Time now, core::Duration window) const {
    if (heard_directly(now, window))
        return 0;
    if (relayed_at_ && now - *relayed_at_ <= window)
        return relay_hops_;
    return std::nullopt;
}

std::optional<Endpoint> Path::from(core::Time now, core::Duration window) const {
    const auto passed_on = hops(now, window);
    if (!passed_on)
        return std::nullopt;
    return *passed_on == 0 ? direct_from_ : relayed_from_;
}

void Path::heard_heartbeat(std::uint64_t seq, core::Time now) {
    last_read_ = {static_cast<std::uint8_t>(seq & wire::Echo::kSeqMask), now};
}

void Path::heard_echo(const wire::Echo& echo, const SentTimes& sent, core::Time now) {
    const auto sent_at = sent.of(echo.seq);
    if (!sent_at)
        return;
    // Older than this, the low bits may mean a later heartbeat.
    if (now - *sent_at > wire::Echo::kMaxHeld)
        return;
    // Read before it was sent, by more than rounding and clocks that go wrong explain: it
    // was an earlier one with the same low bits, and none of those since arrived.
    if (now - echo.held * 7 / 8 + std::chrono::milliseconds{1} < *sent_at)
        return;
    reached_at_ = std::max(*sent_at, now - echo.held);
    const core::Duration sample = std::max(now - *sent_at - echo.held, core::Duration::zero());
    round_trip_ = round_trip_ ? *round_trip_ + (sample - *round_trip_) / 8 : sample;
}

std::optional<wire::Echo> Path::echo(core::Time now) const {
    if (!last_read_)
        return std::nullopt;
    const auto held = std::chrono::round<std::chrono::milliseconds>(now - last_read_->at);
    if (held > wire::Echo::kMaxHeld)
        return std::nullopt;
    return wire::Echo{last_read_->low_seq, held};
}

}  // namespace cohort::link
