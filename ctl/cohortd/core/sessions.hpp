// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which session of a peer is alive, and which of its frames are new
// (section 9, replay).
#pragma once

#include "ctl/cohortd/core/messages.hpp"
#include "ctl/cohortd/core/random.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace cohort::core {

/// The sequence numbers seen in one session: the highest, and which of the 64
/// up to it. Copies of one number over several links are one frame.
class ReplayWindow {
public:
    /// True if the number is new; it is not from then on. Numbers that fell
    /// behind the window count as seen.
    bool admit(std::uint64_t seq);
    void reset(std::uint64_t seq);

private:
    std::uint64_t highest_ = 0;
    std::uint64_t seen_ = 0;  ///< bit k: highest_ - k
};

/// A session's upper half counts the starts of its node, as far as that can remember
/// them, and the lower one is random. 0, as of a node that cannot, is of no order.
constexpr std::uint32_t start_of(std::uint64_t session) {
    return static_cast<std::uint32_t>(session >> 32);
}
constexpr std::uint64_t make_session(std::uint32_t start, std::uint32_t random) {
    return std::uint64_t{start} << 32 | random;
}

/// What is known of one peer's sessions. An unknown session proves itself by
/// returning a nonce that was made after it was first heard.
class PeerSession {
public:
    enum class Standing : std::uint8_t {
        proven,     ///< a new frame of the session that is known to be alive
        duplicate,  ///< of a session that is not retired, but seen before
        unproven,   ///< of another session: not acked, no sign of life yet
        outdated,   ///< of an earlier start than the proven session, or one too many
        retired,    ///< of a session that was proven before this one, and seen before
        doubled,    ///< likewise, but new: that session goes on beside the proven one
    };

    /// Judges a frame by its header, and remembers its number if it counts.
    Standing read(const Header& header);

    /// The nonce to send in a HELLO, if one is due now: at most 10/s.
    std::optional<std::uint64_t> challenge(Time now, Random& random);

    /// A HELLO from the peer carried this echo. True if its session has become
    /// the proven one by it.
    bool prove(const Header& header, std::uint64_t echo);

    /// Whether to return the peer's nonce now. Copies of one HELLO over several
    /// links need one answer, and a recording of old ones must not make us talk:
    /// at most 10/s, of which two may follow at once.
    bool may_echo(std::uint64_t nonce, Time now);

    std::uint64_t session() const { return current_; }  ///< 0: none is proven

private:
    struct Other {
        std::uint64_t session;
        bool retired;
        ReplayWindow window;
    };
    Other* other(std::uint64_t session);
    void retire();

    std::uint64_t current_ = 0;
    ReplayWindow window_;
    /// Sessions beside the proven one, the newest last. Each frame of theirs counts once: a
    /// recording that is played over and over tells no more than its first time. What was
    /// never proven is not forgotten for others, which would let it tell that again.
    std::vector<Other> others_;
    std::uint64_t nonce_ = 0;  ///< outstanding challenge; 0: none
    std::optional<Time> challenged_at_;
    std::uint64_t echoed_ = 0;
    std::optional<Time> echoed_at_;
    bool echo_credit_ = true;  ///< one more echo may follow at once
};

}  // namespace cohort::core
