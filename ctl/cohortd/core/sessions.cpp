// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/sessions.hpp"

#include <algorithm>

namespace cohort::core {

namespace {

using std::chrono::milliseconds;
constexpr Duration kChallengeGap = milliseconds{100};
constexpr Duration kEchoGap = milliseconds{200};
constexpr std::size_t kMostOthers = 64;

}  // namespace

bool ReplayWindow::admit(std::uint64_t seq) {
    if (seq > highest_) {
        const std::uint64_t ahead = seq - highest_;
        seen_ = ahead < 64 ? (seen_ << ahead) | 1U : 1U;
        highest_ = seq;
        return true;
    }
    const std::uint64_t behind = highest_ - seq;
    if (behind >= 64 || ((seen_ >> behind) & 1U) != 0) {
        return false;
    }
    seen_ |= std::uint64_t{1} << behind;
    return true;
}

void ReplayWindow::reset(std::uint64_t seq) {
    highest_ = seq;
    seen_ = 1;
}

PeerSession::Standing PeerSession::read(const Header& header) {
    if (current_ != 0 && header.session == current_) {
        return window_.admit(header.seq) ? Standing::proven : Standing::duplicate;
    }
    Other* known = other(header.session);
    if (known == nullptr) {
        return Standing::outdated;
    }
    const bool fresh = known->window.admit(header.seq);
    if (known->retired) {
        return fresh ? Standing::doubled : Standing::retired;
    }
    return fresh ? Standing::unproven : Standing::duplicate;
}

/// Nothing for a session that is not worth remembering: of an earlier start than the proven
/// one it can only be a recording, unless the node has lost count.
PeerSession::Other* PeerSession::other(std::uint64_t session) {
    const auto known = std::find_if(others_.begin(), others_.end(),
                                    [&](const Other& one) { return one.session == session; });
    if (known != others_.end()) {
        return &*known;
    }
    if (start_of(session) < start_of(current_) || others_.size() == kMostOthers) {
        return nullptr;
    }
    return &others_.emplace_back(Other{session, false, {}});
}

std::optional<std::uint64_t> PeerSession::challenge(Time now, Random& random) {
    if (challenged_at_ && now < *challenged_at_ + kChallengeGap) {
        return std::nullopt;
    }
    challenged_at_ = now;
    // The nonce stays until it is answered: it is younger than the session that
    // is to be proven, and a slow link must get its answer in.
    while (nonce_ == 0) {
        nonce_ = random.next();
    }
    return nonce_;
}

bool PeerSession::prove(const Header& header, std::uint64_t echo) {
    if (nonce_ == 0 || echo != nonce_) {
        return false;
    }
    nonce_ = 0;
    challenged_at_.reset();
    if (header.session == current_) {
        return false;  // the unknown session was a recording; the known one lives
    }
    std::erase_if(others_, [&](const Other& one) { return one.session == header.session; });
    if (current_ != 0) {
        retire();
    }
    current_ = header.session;
    window_.reset(header.seq);
    return true;
}

/// The proven session, for another one.
void PeerSession::retire() {
    if (others_.size() == kMostOthers) {
        others_.erase(others_.begin());
    }
    others_.push_back({current_, true, window_});
}

bool PeerSession::may_echo(std::uint64_t nonce, Time now) {
    const bool waited = !echoed_at_ || now >= *echoed_at_ + kEchoGap;
    if (!waited && (nonce == echoed_ || !echo_credit_)) {
        return false;
    }
    echo_credit_ = waited;
    echoed_ = nonce;
    echoed_at_ = now;
    return true;
}

}  // namespace cohort::core
